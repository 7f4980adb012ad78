// Joins sub-agents to the calls that started them. Either may be read first, and not all versions write the same hints.

import { setBounded } from '../../core/bounded-map.ts';
import type { Fact } from './session-facts.ts';

/** What a sub-agent's `meta.json` says. */
export interface AgentMeta {
  agentType?: string;
  /** The call that started it. */
  toolUseId?: string;
  /** The sub-agent that started it, if it was one. */
  parentAgentId?: string;
  isFinished: boolean;
  wasStopped: boolean;
}

export interface AgentCall extends Omit<Extract<Fact, { kind: 'agent_called' }>, 'kind'> {
  /** The session, or sub-agent, that made the call. */
  parentKey: string;
}

interface Agent {
  meta?: AgentMeta;
  callId?: string;
  task?: string;
  isSeen: boolean;
  isLinked: boolean;
}

const MAX_CALLS = 2_000;
const MAX_AGENTS = 5_000;

export class AgentLinks {
  readonly #onLinked: (agentKey: string, call: AgentCall) => void;
  readonly #callsByKey = new Map<string, AgentCall>();
  readonly #agentsByKey = new Map<string, Agent>();

  /** Called once for each sub-agent of which a line was read and whose call is known. */
  constructor(onLinked: (agentKey: string, call: AgentCall) => void) {
    this.#onLinked = onLinked;
  }

  metaOf(agentKey: string): AgentMeta | undefined {
    return this.#agentsByKey.get(agentKey)?.meta;
  }

  called(sessionId: string, call: AgentCall): void {
    setBounded(this.#callsByKey, `${sessionId}/${call.callId}`, call, MAX_CALLS);
    for (const [key, agent] of this.#agentsByKey) if (key.startsWith(`${sessionId}/`)) this.#link(key, agent);
  }

  /** A line of the sub-agent was read. `task` is what it was asked. */
  seen(agentKey: string, task?: string): void {
    this.#learn(agentKey, { isSeen: true, ...(task === undefined ? {} : { task }) });
  }

  described(agentKey: string, meta: AgentMeta): void {
    this.#learn(agentKey, { meta });
  }

  /** The result of this call names the sub-agent. */
  named(agentKey: string, callId: string): void {
    this.#learn(agentKey, { callId });
  }

  #learn(agentKey: string, news: Partial<Agent>): void {
    const agent = { ...(this.#agentsByKey.get(agentKey) ?? { isSeen: false, isLinked: false }), ...news };
    setBounded(this.#agentsByKey, agentKey, agent, MAX_AGENTS);
    this.#link(agentKey, agent);
  }

  #link(agentKey: string, agent: Agent): void {
    if (!agent.isSeen || agent.isLinked) return;
    const call = this.#callOf(agentKey, agent);
    if (call === undefined) return;
    agent.isLinked = true;
    agent.callId = call.callId;
    this.#onLinked(agentKey, call);
  }

  #callOf(agentKey: string, { meta, callId, task }: Agent): AgentCall | undefined {
    const sessionId = agentKey.slice(0, agentKey.indexOf('/'));
    const named = meta?.toolUseId ?? callId;
    if (named !== undefined) return this.#callsByKey.get(`${sessionId}/${named}`);
    if (task === undefined || meta !== undefined) return undefined;
    const taken = new Set(
      [...this.#agentsByKey].flatMap(([key, other]) => (key.startsWith(`${sessionId}/`) && other.isLinked ? [other.callId] : [])),
    );
    return [...this.#callsByKey].find(
      ([key, call]) => key.startsWith(`${sessionId}/`) && call.task === task && !taken.has(call.callId),
    )?.[1];
  }
}
