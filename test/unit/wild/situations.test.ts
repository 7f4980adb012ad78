// Situations of real installs, as a person sees them (test/fixtures/wild).

import { describe, expect, it } from 'vitest';
import { playSituation, readSituation, type Seen } from './situation.ts';

const play = (name: string): Promise<Seen> => playSituation(readSituation(name));

describe('a later line proves', () => {
  it('that a call is over whose result never came, when its run has said its last word (h02)', async () => {
    const { looks, atTheEnd } = await play('h02-lost-result');
    expect(looks[0]).toEqual([
      { title: '[DONE] main | 2s | 240 tokens | $0.0020', lines: ['Reading', '◆ exec: `cat app.log` [no result]', 'Here is the summary.'] },
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
        lines: ['Reading the calendar', '◆ exec: `cal` [OK]', 'Your week is planned.'],
      },
    ]);
    expect(titles[0]?.[0]).toBe('[RETRY] 1 | main | 0s');
  });

  it('when the prompt is written again after an overflow (h04)', async () => {
    const { atTheEnd, titles } = await play('h04-overflow-prompt-again');
    expect(atTheEnd).toEqual([
      {
        title: '[DONE] main | 3s | 360 tokens | $0.0030',
        lines: ['◆ exec: `cat logs` [OK]', '◆ [session compacted - continuing]', '◆ exec: `tail logs` [OK]', 'The logs are read.'],
      },
    ]);
    expect(titles[0]?.some((title) => title.startsWith('[ERROR]'))).toBe(false);
  });
});

describe('a box says', () => {
  it('why a model call failed, though providers packed the reason into each other (h06)', async () => {
    const { titles } = await play('h06-error-in-error');
    expect(titles[0]?.at(-1)).toBe('[ERROR] The quota is used up. Please wait. | main | 0s');
  });

  it('an answer once, though the gateway wrote down that it delivered it (h07)', async () => {
    const { atTheEnd } = await play('h07-mirror-twice');
    expect(atTheEnd).toEqual([{ title: '[DONE] main | 2s | 120 tokens | $0.0010', lines: ['It is forty-two.'] }]);
  });

  it('that a turn failed, whatever the gateway itself answers afterwards (h08)', async () => {
    const { atTheEnd, titles } = await play('h08-injected-heals-error');
    expect(titles[0]?.some((title) => title.startsWith('[DONE]'))).toBe(false);
    expect(atTheEnd).toEqual([{ title: '[ERROR] 400 The budget is used up | main | 0s', lines: ['Current: m-1'] }]);
  });

  it('of calls that did nothing that they failed (h09)', async () => {
    const { atTheEnd } = await play('h09-not-run-shown-ok');
    expect(atTheEnd[0]?.lines).toEqual(['◆ exec: `rm -r build` [ERR]', '◆ search: `weather` [ERR]', 'Done.']);
  });

  it('what a sub-agent reports in the turn that spawned it, whatever the words of the report (h14)', async () => {
    const { atTheEnd } = await play('h14-report-of-2026.1');
    expect(atTheEnd).toHaveLength(1);
    expect(atTheEnd[0]?.title).toMatch(/^\[DONE\] main \| [56]s /);
    expect(atTheEnd[0]?.lines.slice(-2)).toEqual(['Started.', 'Here is the plan.']);
  });

  it('what each call does, whatever its arguments are called (h15)', async () => {
    const { atTheEnd } = await play('h15-labels-that-say-nothing');
    expect(atTheEnd[0]?.lines.slice(0, -1)).toEqual([
      '◆ `hub__MULTI_EXECUTE`: `MAIL_SEND` [OK]',
      '◆ table_create_record: `minutes` [OK]',
      '◆ read: `notes/today.md` [OK]',
      '◆ browser: `open https://example.org/page` [OK]',
      '◆ cron: `add nightly` [OK]',
    ]);
  });
});

describe('a writer whose clock is off', () => {
  it('by two minutes makes no turn older or over (h18)', async () => {
    const { looks, titles } = await play('h18-writers-clock-behind');
    expect(looks[0]?.[0]?.title).toMatch(/^\[ACTIVE\] main \| [23]s$/);
    expect(titles[0]?.every((title) => /^\[(ACTIVE\] main \| \ds$|DONE\] main \| 7s )/.test(title))).toBe(true);
    expect(titles[0]?.at(-1)).toMatch(/^\[DONE\] main \| 7s /);
  });

  it.each([-7_200_000, -600_000, -30_000, 30_000, 600_000, 7_200_000])('by %i ms makes none either', async (offMs) => {
    const situation = JSON.stringify(readSituation('h18-writers-clock-behind')).replaceAll('"@-120000"', `"@${offMs}"`);
    const { titles } = await playSituation(JSON.parse(situation) as Parameters<typeof playSituation>[0]);
    expect(titles).toHaveLength(1);
    expect(titles[0]?.every((title) => /^\[(ACTIVE\] main \| \ds$|DONE\] main \| 7s )/.test(title))).toBe(true);
  });
});
