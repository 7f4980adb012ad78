// Pairs calls with their results. A call begins with its line; it ends with an item or an output, early, late, together with others, or
// after its turn. Remembers open calls, commands in the background and the scripts that inner calls belong to.

import { setBounded } from '../../core/bounded-map.ts';
import type { CallOutcome } from '../../core/event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';
import { argumentsOf } from '../openclaw/decoding/tool-args.ts';
import type { OpenTurn } from './open-turn.ts';
import type { LineEvent } from './rollout-event.ts';
import type { ShownArgs, ShownThread } from './shown-thread.ts';
import { keyOfThread } from './thread-key.ts';
import { keyPart } from '../coding-agents/plain-id.ts';
import { readOutput, type OutputFacts } from './tool-output.ts';

const MAX_CALLS = 1_000;
const MCP = /^mcp__/;
const SCRIPT = 'exec';
const POLL = 'write_stdin';
const QUESTION = 'request_user_input';

interface OpenCall {
  tool: string;
  /** For a poll: the command that it asks after. */
  handle?: string;
}

/** The end of an inner call that has no line of its own before. */
interface InnerCall {
  tool: string;
  shown: ShownArgs;
  startedAt: number | undefined;
  runId: string | undefined;
}

export class Calls {
  readonly #owner: ShownThread;
  readonly #safe: SafeText;
  readonly #openById = new Map<string, OpenCall>();
  /** The call that started each command in the background. */
  readonly #callByHandle = new Map<string, string>();

  constructor(owner: ShownThread, safe: SafeText) {
    this.#owner = owner;
    this.#safe = safe;
  }

  /** A call was made; it has not run yet. A poll that sends nothing is no call of its own. */
  start(payload: JsonRecord, turn: OpenTurn | undefined): LineEvent[] {
    const callId = this.#safe.id(payload['call_id']);
    if (callId === undefined) return [];
    const tool = this.#owner.word(nameOf(payload));
    const input = payload['arguments'] ?? payload['input'];
    const poll = tool === POLL ? handleOfPoll(input) : undefined;
    setBounded(this.#openById, callId, { tool, ...(poll === undefined ? {} : { handle: poll }) }, MAX_CALLS);
    if (poll !== undefined) return [];
    const run = turn === undefined ? {} : { runId: turn.id };
    return [
      { type: 'tool_started', callId, tool, ...this.#owner.args(tool, tool === QUESTION ? {} : input), ...run },
      ...(tool === 'update_plan' ? this.#planned(input) : []),
      ...(tool === QUESTION && turn?.mayAsk === true ? [this.#asked(callId, input)] : []),
    ];
  }

  #planned(input: unknown): LineEvent[] {
    const steps = this.#owner.plan(input);
    return steps.length === 0 ? [] : [{ type: 'plan_changed', steps }];
  }

  #asked(callId: string, input: unknown): LineEvent {
    return { type: 'waiting_started', waitId: callId, on: 'answer', callId, ...this.#owner.question(input) };
  }

  output(payload: JsonRecord): LineEvent[] {
    const callId = this.#safe.id(payload['call_id']);
    const call = callId === undefined ? undefined : this.#openById.get(callId);
    if (callId === undefined) return [];
    const facts = readOutput(payload['output']);
    this.#openById.delete(callId);
    if (call?.handle !== undefined) return this.#polled(call.handle, facts);
    if (facts.outcome.kind === 'background') setBounded(this.#callByHandle, facts.outcome.handle, callId, MAX_CALLS);
    const child = call?.tool === 'spawn_agent' ? keyPart(facts.childId) : undefined;
    return [{ type: 'tool_ended', callId, outcome: facts.outcome }, ...(child === undefined ? [] : [this.spawned(callId, child)])];
  }

  /** Where no item says that the command has ended, only a poll does. */
  #polled(handle: string, { exitCode, outcome }: OutputFacts): LineEvent[] {
    const callId = this.#callByHandle.get(handle);
    return callId === undefined || exitCode === undefined ? [] : this.#ended(callId, outcome, exitCode);
  }

  /** An item says how a call ended. One without a line of its own is an inner call of the script that runs. */
  end(item: JsonRecord, outcome: CallOutcome, inner: InnerCall): LineEvent[] {
    const callId = this.#safe.id(item['id']);
    if (callId === undefined) return [];
    const script = this.#isKnown(callId) ? undefined : this.#script();
    const isInner = script !== undefined || callId.startsWith(`${SCRIPT}-`);
    const exitCode = asNumber(item['exit_code']);
    if (!isInner) return this.#ended(callId, outcome, exitCode);
    return [...this.#innerStart(callId, script, inner), ...this.#ended(callId, outcome, exitCode)];
  }

  #innerStart(callId: string, script: string | undefined, { tool, shown, startedAt, runId }: InnerCall): LineEvent[] {
    const parent = script === undefined ? {} : { parentCallId: script };
    const run = runId === undefined ? {} : { runId };
    return [{ type: 'tool_started', callId, tool, ...shown, ...parent, ...run, ...(startedAt === undefined ? {} : { at: startedAt }) }];
  }

  #isKnown(callId: string): boolean {
    return this.#openById.has(callId) || [...this.#callByHandle.values()].includes(callId);
  }

  #script(): string | undefined {
    return [...this.#openById].findLast(([, { tool }]) => tool === SCRIPT)?.[0];
  }

  #ended(callId: string, outcome: CallOutcome, exitCode: number | undefined): LineEvent[] {
    const handle = [...this.#callByHandle].find(([, started]) => started === callId)?.[0];
    if (handle !== undefined) this.#callByHandle.delete(handle);
    const ended: LineEvent[] =
      handle === undefined ? [] : [{ type: 'background_ended', handle, ...(exitCode === undefined ? {} : { exitCode }) }];
    return [{ type: 'tool_ended', callId, outcome }, ...ended];
  }

  /** The older form of the end of a patch. */
  patched(payload: JsonRecord): LineEvent[] {
    const callId = this.#safe.id(payload['call_id']);
    if (callId === undefined) return [];
    return [{ type: 'tool_ended', callId, outcome: payload['success'] === false ? { kind: 'failed' } : { kind: 'ok' } }];
  }

  spawned(callId: string, childId: string): LineEvent {
    return { type: 'child_spawned', callId, childKey: keyOfThread(childId) };
  }

  /** The process is gone, and its commands with it. */
  lose(at: number): LineEvent[] {
    const handles = [...this.#callByHandle.keys()];
    this.#openById.clear();
    this.#callByHandle.clear();
    return handles.map((handle) => ({ type: 'background_ended', handle, at }));
  }
}

function nameOf(payload: JsonRecord): string {
  const [name, namespace] = [asText(payload['name']) ?? 'tool', asText(payload['namespace'])];
  return namespace !== undefined && MCP.test(namespace) ? `${namespace.replace(MCP, '')}.${name}` : name;
}

function handleOfPoll(input: unknown): string | undefined {
  const args = argumentsOf(input);
  const handle = args['session_id'];
  return (args['chars'] ?? '') === '' && (typeof handle === 'number' || typeof handle === 'string') ? String(handle) : undefined;
}

/** What an item says of its command, by exit code or status. */
export function outcomeOfItem(item: JsonRecord): CallOutcome {
  const [exitCode, status] = [asNumber(item['exit_code']), asText(item['status'])];
  const duration = durationOf(item['duration']);
  if (exitCode !== undefined && exitCode !== 0) return { kind: 'failed', exitCode, ...duration };
  if (status === 'declined') return { kind: 'aborted' };
  return status === 'failed' ? { kind: 'failed', ...duration } : { kind: 'ok', ...duration };
}

function durationOf(value: unknown): { durationMs?: number } {
  const raw = asRecord(value);
  const [secs, nanos] = [asNumber(raw?.['secs']), asNumber(raw?.['nanos'])];
  return secs === undefined ? {} : { durationMs: Math.round(secs * 1000 + (nanos ?? 0) / 1_000_000) };
}
