// The budget over all requests to the chat server, and its text form `5:20` (five a second, bursts of twenty).

import { type TextForm, textForm } from './setting.ts';

/** A token bucket: `perSecond` requests in the long run, `burst` at once after a rest. */
export interface EditBudget {
  readonly perSecond: number;
  readonly burst: number;
}

const BURST_SECONDS = 4; // A rate alone allows the burst of four seconds: 5 gives 20, the default.
const MAX_PER_SECOND = 1_000;
const MIN_BURST = 4; // A quarter of the burst is reserved for urgent edits, and that must be at least one.

/** `5` (burst four times that), `5:20` or `5, burst 20`. The rate may have a fraction. */
export function editBudget(): TextForm<EditBudget> {
  const decode = (text: string) => {
    const match = /^(\d{1,4}(?:\.\d{1,3})?)(?:\s*(?::|,\s*burst)\s*(\d{1,5}))?$/i.exec(text);
    const perSecond = Number(match?.[1]);
    const burst = match?.[2] === undefined ? Math.max(MIN_BURST, Math.ceil(perSecond * BURST_SECONDS)) : Number(match[2]);
    return perSecond > 0 && perSecond <= MAX_PER_SECOND && burst >= MIN_BURST ? { value: { perSecond, burst } } : { wrong: undefined };
  };
  const expected = `a rate up to ${MAX_PER_SECOND}, alone or with a burst of at least ${MIN_BURST}, such as 5 or 5:20`;
  return textForm(expected, decode, ({ perSecond, burst }) => `${perSecond}:${burst}`);
}

/** A rate alone. */
export function requestRate(): TextForm<number> {
  const decode = (text: string) => {
    const perSecond = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
    return perSecond > 0 && perSecond <= MAX_PER_SECOND ? { value: perSecond } : { wrong: undefined };
  };
  return textForm(`a rate up to ${MAX_PER_SECOND}, such as 50`, decode, String);
}
