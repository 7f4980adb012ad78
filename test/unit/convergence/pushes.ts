// Creates and edits of boxes as they leave the process, and what became of them.

import type { Clock } from '../../../src/core/clock.ts';
import { FAILURES, PushError } from '../../../src/core/sink.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../../src/sinks/mattermost/transport.ts';

/** One create or edit of a box. */
export interface SentPush {
  at: number;
  need: 'create' | 'edit';
  boxId: string;
  outcome: 'under way' | 'accepted' | 'refused' | 'unknown';
}

const GAVE_UP = [408, 504, 524];

/** The same transport; `onPush` gets every create and edit when it is sent. */
export function observed(send: Transport, clock: Clock, onPush: (push: SentPush) => void): Transport {
  return async (request) => {
    const push = pushOf(request, clock.monotonic());
    if (push === undefined) return await send(request);
    onPush(push);
    try {
      const response = await send(request);
      push.outcome = outcomeOf(response);
      return response;
    } catch (error) {
      push.outcome = error instanceof PushError && FAILURES[error.reason].isHealthFailure ? 'unknown' : 'refused';
      throw error;
    }
  };
}

function pushOf({ method, path, body }: TransportRequest, at: number): SentPush | undefined {
  const need = method === 'POST' && path === '/posts' ? 'create' : method === 'PUT' && path.endsWith('/patch') ? 'edit' : undefined;
  if (need === undefined || typeof body !== 'object' || body === null || !('props' in body)) return undefined;
  const { props } = body as { props: Record<string, unknown> }; // Written by the sink a moment ago.
  return { at, need, boxId: boxOf(props), outcome: 'under way' };
}

/** Mattermost itself refuses in JSON; what a proxy says in its place leaves open whether it was carried out. */
function outcomeOf({ status, body }: TransportResponse): SentPush['outcome'] {
  if (status < 300) return 'accepted';
  return GAVE_UP.includes(status) || (status >= 500 && !body.startsWith('{')) ? 'unknown' : 'refused';
}

/** The box that a post says it belongs to. */
export function boxOf(props: Record<string, unknown>): string {
  const meta = props['livestatus'];
  return typeof meta === 'object' && meta !== null && 'box' in meta ? String(meta.box) : '';
}
