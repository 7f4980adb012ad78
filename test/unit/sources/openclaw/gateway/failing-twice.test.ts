import { expect, it } from 'vitest';
import { Decoding, KEY } from './decoding.ts';

it('a run that fails twice within a moment tells of the second failure alone, and is asked about once', () => {
  const decoding = new Decoding().asked().at(1).lifecycle('start');
  decoding.emitted();
  decoding.at(2).lifecycle('finishing', { error: '429 slow down' });
  decoding.at(2.1).lifecycle('finishing', { error: '500 overloaded' }).at(2.35);
  expect(decoding.emitted()).toEqual([]);
  decoding.at(3);
  expect(decoding.emitted()).toEqual(['+2.1 retry_scheduled attempt=2 reason=500 overloaded runId=run-1']);
  expect(decoding.retried).toEqual([KEY]);
});
