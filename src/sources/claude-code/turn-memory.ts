// What the decoder of one file remembers: the run that lines belong to, calls and sub-agents without an end, usage so far.

import { setBounded } from '../../core/bounded-map.ts';
import type { EventOf, Usage } from '../../core/event.ts';
import type { About, Fact, FactBody } from './session-facts.ts';

const MAX_CALLS = 500;
const MAX_USAGES = 100; // lines of one message follow each other closely
const MAX_AGENTS = 500;

const USAGE_PARTS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

type Step = EventOf<'plan_changed'>['steps'][number];

export interface OpenRun {
  runId: string;
  isOpen: boolean;
  /** When its newest line was written. */
  lastAt: number;
  /** Its prompt was not read yet, and it began with this line. */
  orphanSince?: number;
  /** It only waits for its sub-agents. */
  hasYielded?: boolean;
  /** It has ended, but no line said so. */
  isConcluded?: boolean;
  /** The program writes no end for this run: the last text is one. */
  endsByText: boolean;
  /** The agent has said something since its last call. */
  hasAnswered: boolean;
}

export class TurnMemory {
  run: OpenRun | undefined;
  /** The run that was open before the first line that was read. */
  knownRun: string | undefined;
  readonly toolsByCall = new Map<string, string>();
  readonly agentCalls = new Map<string, Extract<Fact, { kind: 'agent_called' }>>();
  readonly runByAgent = new Map<string, string>();
  readonly pendingAgents = new Set<string>();
  readonly runByShell = new Map<string, string>();
  readonly tasksById = new Map<string, Step>();
  readonly agentsByType = new Map<string, number>();
  request: { digest: string; attempt: number } | undefined;
  /** `total` is undefined while what the session had cost before is not known. */
  cost: { total: number | undefined; startTime: unknown; runs: Set<string> } = { total: 0, startTime: undefined, runs: new Set() };
  about: About = {};
  /** The first folder that a line names. */
  home: string | undefined;
  lastAt = 0;
  readonly #usageById = new Map<string, Usage>();

  /**
   * The largest figures that any line of this message had: its lines repeat them, or show them as they grow. `undefined` when this line
   * adds nothing.
   */
  newUsage(messageId: string, usage: Usage): Usage | undefined {
    const known = this.#usageById.get(messageId);
    const most = known === undefined ? usage : largest(known, usage);
    if (known !== undefined && USAGE_PARTS.every((part) => known[part] === most[part])) return undefined;
    setBounded(this.#usageById, messageId, most, MAX_USAGES);
    return most;
  }

  openCall(callId: string, tool: string): void {
    setBounded(this.toolsByCall, callId, tool, MAX_CALLS);
  }

  startAgent(agentId: string, runId: string, isPending: boolean): void {
    setBounded(this.runByAgent, agentId, runId, MAX_AGENTS);
    if (isPending) this.pendingAgents.add(agentId);
  }

  /** Whether a sub-agent of the run still works in the background. */
  hasPendingAgents(runId: string): boolean {
    return [...this.pendingAgents].some((agentId) => this.runByAgent.get(agentId) === runId);
  }

  /** What the session has cost so far is in lines that were not read. */
  forgetCosts(): void {
    this.cost.total = undefined;
  }

  /** The facts about the session that are new. */
  learn(about: About): FactBody[] {
    const known = new Map<string, unknown>(Object.entries(this.about));
    const news = Object.entries(about).filter(([name, value]) => value !== undefined && known.get(name) !== value);
    if (news.length === 0) return [];
    const fresh: About = Object.fromEntries(news);
    this.about = { ...this.about, ...fresh };
    return [{ kind: 'about', about: fresh }];
  }
}

function largest(a: Usage, b: Usage): Usage {
  return {
    input: Math.max(a.input, b.input),
    output: Math.max(a.output, b.output),
    cacheRead: Math.max(a.cacheRead, b.cacheRead),
    cacheWrite: Math.max(a.cacheWrite, b.cacheWrite),
    costUsd: Math.max(a.costUsd, b.costUsd),
  };
}

/** All facts of a line share its instant. */
export function dated(facts: readonly FactBody[], at: number): Fact[] {
  return facts.map((fact) => ({ ...fact, at }));
}
