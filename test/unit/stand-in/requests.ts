// Short ways to talk to a stand-in in tests.

import type { StandInAnswer, StandInRequest } from '../../../src/stand-in/answer.ts';
import { isObject } from '../../../src/stand-in/lenient-json.ts';
import { SAMPLE, sampleSeed } from '../../../src/stand-in/sample-seed.ts';
import { createStandIn } from '../../../src/stand-in/stand-in.ts';
import type { StandIn, StandInOptions } from '../../../src/stand-in/stand-in.ts';

/** A stand-in of the sample team with a clock that only moves when told to. */
export function standInAt(options: Partial<StandInOptions> = {}): { standIn: StandIn; clock: { time: number; now(): number } } {
  const clock = {
    time: 1_800_000_000_000,
    now() {
      return this.time;
    },
  };
  return { standIn: createStandIn({ clock, seed: sampleSeed(), ...options }), clock };
}

/** A request of the bot, unless another token is given. */
export function request(method: string, path: string, body?: unknown, token: string = SAMPLE.botToken): StandInRequest {
  const text = body === undefined ? '' : JSON.stringify(body);
  return { method, path: `/api/v4${path}`, headers: { authorization: `Bearer ${token}` }, body: text };
}

/** A decoded JSON object. */
export function jsonOf(answer: StandInAnswer): Record<string, unknown> {
  const value: unknown = JSON.parse(answer.body);
  if (!isObject(value)) throw new Error(`Not an object: ${answer.body}`);
  return value;
}

/** The error id, or the empty string. */
export function errorOf(answer: StandInAnswer): string {
  return answer.status < 400 ? '' : String(jsonOf(answer)['id']);
}

/** Creates a post in the public channel and gives its id. */
export function created(standIn: StandIn, body: Record<string, unknown> = {}): string {
  return String(jsonOf(standIn.handle(request('POST', '/posts', { channel_id: SAMPLE.publicId, message: 'm', ...body })))['id']);
}
