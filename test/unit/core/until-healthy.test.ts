import { describe, expect, it } from 'vitest';
import { PushError, type Reason } from '../../../src/core/sink.ts';
import { untilAnswered } from '../../../src/core/until-healthy.ts';
import { FakeClock } from '../../support/clock.ts';

/** The instants, in seconds, at which something that fails `times` times is tried, and what came of it. */
async function tries(reason: Reason, times: number): Promise<{ at: number[]; result: string }> {
  const clock = new FakeClock();
  const at: number[] = [];
  let result = 'waits';
  const attempt = async (): Promise<string> => {
    at.push(clock.monotonic() / 1_000);
    if (at.length <= times) throw new PushError(reason, 'no');
    return 'answered';
  };
  void untilAnswered(clock, attempt).then(
    (answer) => (result = answer),
    () => (result = 'refused'),
  );
  await clock.advance(120_000);
  return { at, result };
}

describe('a question that is refused', () => {
  it.each<Reason>(['rejected', 'no_access', 'gone', 'root_gone', 'in_progress'])(
    '(%s) is asked five times more before it is believed',
    async (reason) => {
      expect(await tries(reason, 5)).toEqual({ at: [0, 0.5, 1.5, 3.5, 7.5, 15.5], result: 'answered' });
      expect(await tries(reason, 6)).toEqual({ at: [0, 0.5, 1.5, 3.5, 7.5, 15.5], result: 'refused' });
    },
  );

  it('is asked as long as it takes while the server is away', async () => {
    expect(await tries('unreachable', 20)).toMatchObject({ result: 'answered' });
  });
});
