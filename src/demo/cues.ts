// What the chat must show before the demo goes on: on a slow machine people see each state, too. Pure.

import type { RecordedMessage } from './recording.ts';
import type { Step } from './timeline.ts';

/** How the title of a box begins that must be there before the step is taken; `undefined` for any. */
export function cueBefore(step: Step): RegExp | undefined {
  if (step.kind !== 'run_ended' || step.session.row.spawnedBy !== undefined) return undefined;
  const isRetried = step.session.lines.at(-1)?.entry.message?.stopReason === 'error';
  return new RegExp(`^\\[${isRetried ? 'RETRY\\]' : ''}[^|]*(?:\\| )?\\b${step.session.agentId} \\|`);
}

/** The same for after it. */
export function cueAfter(step: Step): RegExp | undefined {
  if (step.kind === 'message') return waitOfMesh(step.message);
  return step.kind === 'change' && step.change.content?.['status'] === 'waiting' ? /^\[WAITING\] .*claude-code/ : undefined;
}

function waitOfMesh({ event, data }: RecordedMessage): RegExp | undefined {
  if (event === 'plan.created') return /^\[WAITING\] approval \| plan/;
  if (event === 'collab.circling_gate') return /^\[WAITING\] gate/;
  const isReview = event === 'plan.wave_started' && /"review"[^{}]*"status":"queued"/.test(JSON.stringify(data));
  return isReview ? /^\[WAITING\] review \| plan/ : undefined;
}
