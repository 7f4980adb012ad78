// Emits when runs wait for an approval, and how that ended. The gateway says only that an approval is resolved; the frames of its call,
// which come a moment later, say how. The open approvals are those of the runs.

import type { WaitOutcome } from '../../../core/event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { contentText } from '../decoding/entry-text.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { agentOf } from '../decoding/session-key.ts';
import { WAIT_GRACE_MS } from './decode-tool.ts';
import { type AnswerPlaces, howToAnswer } from './how-to-answer.ts';
import type { Approval, Run } from './run.ts';
import type { RunFrame } from './run-frame.ts';

interface Ports {
  safe: SafeText;
  places: AnswerPlaces;
  emit(rawKey: string, at: number, events: readonly EventBody[]): void;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
}

const APPROVAL_MS = 30 * 60_000; // how long 2026.9 waits for an approval; it sends that to approvers only
const DECISION_MS = 300; // a refused call ends 2 ms after its approval, an allowed one says within 20 ms that it runs
const MAX_COMMAND_POINTS = 2_900;
/** What a refused call says instead of its result. A command's own output comes with an exit code. */
const DENIAL = /^Exec denied \((?:gateway|node=[^ ,)]{1,200}) id=([^ ,)]{1,200}), ([^)]{1,200})\)/;

export class Approvals {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The run waits. */
  asked(run: Run, { rawKey, at, data }: RunFrame): void {
    const { safe, places, emit } = this.#ports;
    const waitId = safe.id(data['approvalId']);
    const callId = safe.id(data['toolCallId']) ?? waitId;
    if (waitId === undefined || callId === undefined) return;
    const command = run.commandsByCall.get(callId);
    run.approvalsByCall.set(callId, { waitId, expiresAt: at + APPROVAL_MS });
    const text = command === undefined ? {} : { text: safe.lines(command, MAX_COMMAND_POINTS) };
    const until = at + APPROVAL_MS + WAIT_GRACE_MS;
    emit(rawKey, at, [
      { type: 'waiting_started', waitId, callId, on: 'approval', until, ...text, ...howToAnswer(waitId, agentOf(rawKey), places) },
    ]);
  }

  /** The run goes on: what its call does next says how it was decided. */
  resolved(run: Run | undefined, { rawKey, at, data }: RunFrame): void {
    const { safe, emit, after } = this.#ports;
    const waitId = safe.id(data['approvalId']);
    const callId = safe.id(data['toolCallId']) ?? waitId;
    if (waitId === undefined || callId === undefined) return;
    const end = (): void => emit(rawKey, at, [{ type: 'waiting_ended', waitId }]);
    const approval = run?.approvalsByCall.get(callId);
    if (approval?.waitId !== waitId) return end();
    after(DECISION_MS, () => {
      if (run?.approvalsByCall.get(callId) === approval) end();
    });
  }

  /** The call runs: it was allowed, even if no frame said so. */
  allowed(run: Run, frame: RunFrame): void {
    this.#end(run, frame, () => 'allowed');
  }

  /** The call has ended. `result` is what it came to. */
  answered(run: Run, frame: RunFrame, result: JsonRecord): void {
    this.#end(run, frame, ({ waitId }) => outcomeOf(result, waitId, this.#ports.safe));
  }

  /** The gateway says that the call was refused. */
  denied(run: Run, frame: RunFrame): void {
    this.#end(run, frame, () => 'denied');
  }

  #end(run: Run, { rawKey, at, data }: RunFrame, how: (approval: Approval) => WaitOutcome | undefined): void {
    const { safe, emit } = this.#ports;
    const callId = safe.id(data['toolCallId']) ?? '';
    const approval = run.approvalsByCall.get(callId);
    if (approval === undefined) return;
    run.approvalsByCall.delete(callId);
    // A policy may let a call run, or refuse it, when nobody has answered.
    const outcome = at >= approval.expiresAt ? 'expired' : how(approval);
    emit(rawKey, at, [{ type: 'waiting_ended', waitId: approval.waitId, ...(outcome === undefined ? {} : { outcome }) }]);
  }
}

/** Undefined where the result leaves it open. */
function outcomeOf(result: JsonRecord, waitId: string, safe: SafeText): WaitOutcome | undefined {
  const hasRun = asNumber(asRecord(result['details'])?.['exitCode']) !== undefined;
  if (hasRun || result['isError'] !== true) return 'allowed';
  const [, id, reason = ''] = DENIAL.exec(contentText(result['content'])) ?? [];
  if (id === undefined || safe.id(id) !== waitId) return undefined;
  if (reason.includes('approval-timeout')) return 'expired';
  return reason.includes('run-aborted') ? 'ended' : 'denied';
}

/** The result in a tool event, as a message of the history has it. */
export function resultIn(data: JsonRecord): JsonRecord {
  const result = asRecord(data['result']) ?? {};
  return { isError: data['isError'], content: result['content'], details: result['details'] };
}

/** The refusal in the summary of a call. */
export function resultOfItem({ status, error }: JsonRecord): JsonRecord {
  return { isError: status === 'failed', content: [{ type: 'text', text: asText(error) ?? '' }] };
}
