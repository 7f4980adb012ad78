// Situations of real installs, as a person sees them (test/fixtures/wild).

import { describe, expect, it } from 'vitest';
import { playSituation, readSituation, type Seen } from './situation.ts';

const play = (name: string): Promise<Seen> => playSituation(readSituation(name));

describe('a later line proves', () => {
  it('that a call is over whose result never came, when its run has said its last word (h02)', async () => {
    const { looks, atTheEnd } = await play('h02-lost-result');
    expect(looks[0]).toEqual([
      { title: '[DONE] main | 2s | 240 tokens | $0.0020', lines: ['Reading', 'exec: `cat app.log` [no result]', 'Here is the summary.'] },
    ]);
    expect(atTheEnd[0]).toEqual(looks[0]?.[0]);
    expect(atTheEnd[1]?.title).toMatch(/^\[DONE\] main \| 3s /);
  });

  it('nothing about when an older turn failed (h05)', async () => {
    const { titles } = await play('h05-old-error-grows');
    expect(titles[0]?.at(-1)).toBe('[ERROR] 503 the upstream is away | main | 0s');
    expect(titles[0]?.filter((title) => title.startsWith('[ERROR]'))).toHaveLength(1);
  });

  it('not that a question was answered which only a compaction followed (h12)', async () => {
    const { titles } = await play('h12-only-a-compaction');
    expect(titles[0]?.at(-1)).toMatch(/^\[LOST\] source gone \| main \| 2s$/);
    expect(titles[1]?.at(-1)).toMatch(/^\[DONE\] main \| 3s/);
  });
});

describe('a retry is the same turn', () => {
  it('when another model goes on after a failed one (h03)', async () => {
    const { atTheEnd, titles } = await play('h03-fallback-continue');
    expect(atTheEnd).toEqual([
      {
        title: '[DONE] main | 3s | 240 tokens | $0.0020',
        lines: ['Reading the calendar', 'exec: `cal` [OK]', 'Your week is planned.'],
      },
    ]);
    expect(titles[0]?.[0]).toBe('[RETRY] 1 | main | 0s');
  });

  it('when the prompt is written again after an overflow (h04)', async () => {
    const { atTheEnd, titles } = await play('h04-overflow-prompt-again');
    expect(atTheEnd).toEqual([
      {
        title: '[DONE] main | 3s | 360 tokens | $0.0030',
        lines: ['exec: `cat logs` [OK]', '[session compacted - continuing]', 'exec: `tail logs` [OK]', 'The logs are read.'],
      },
    ]);
    expect(titles[0]?.some((title) => title.startsWith('[ERROR]'))).toBe(false);
  });
});
