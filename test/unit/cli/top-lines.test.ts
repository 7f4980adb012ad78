import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { drawing } from '../../../src/cli/live-screen.ts';
import { topLines } from '../../../src/cli/top-lines.ts';
import type { TopReport } from '../../../src/cli/top-report.ts';
import { reportOf } from '../health/report.ts';

const NOW = 60_000;

type Changes = Parameters<typeof reportOf>[0];

/** What the command gets, which is JSON. */
function reported(changes: Changes): TopReport {
  return JSON.parse(JSON.stringify(reportOf(changes))) as TopReport;
}

const textOf = (changes: Changes): string[] => topLines(reported(changes), NOW).map(({ text }) => text);

describe('live-status top', () => {
  it('shows who waits first, the longest wait before the others, then the health, then the boxes', () => {
    expect(
      textOf({
        sources: [
          {
            name: 'transcripts',
            condition: { state: 'readable' },
            wasRead: true,
            lastEventAt: 57_000,
            lagP99Ms: 120,
            files: 3,
            unknownKinds: { odd: 2 },
            problems: {},
          },
        ],
        sink: { lastSuccessAt: 55_000, failuresByReason: { server: 2 } },
        boxes: { active: 2, dirty: 1, oldestDirtyAgeMs: 4_000 },
        edits: { sent: 1_200, conflated: 30, skipped: 1, perSecond: 5 },
        sessions: [
          { session: 'a', agent: 'main', source: 'transcripts', state: 'done', activity: 'ready', channelId: 'town', postId: 'p1' },
          {
            session: 'b',
            agent: 'coder',
            project: 'shop #a1b2',
            source: 'codex',
            state: 'waiting',
            activity: 'blocked',
            why: 'its post is not written yet',
            waits: [
              { on: 'approval', forMs: 700_000, leftMs: 60_000 },
              { on: 'answer', forMs: 900_000 },
            ],
          },
        ],
        spent: { gpt: { tokens: 1_500, costUsd: 0.25 } },
      }),
    ).toEqual([
      'live-status 1.2.3, up for 1m',
      'ok: every source is read and Mattermost answers',
      '',
      'WAITS               FOR WHAT  SINCE    LEFT  WHERE',
      'coder · shop #a1b2  answer    15m            its post is not written yet',
      'coder · shop #a1b2  approval  11m 40s  1m    its post is not written yet',
      '',
      'Boxes       2 open, 1 not up to date, 0 parked, 0 without a slot',
      '            oldest unsent change 4s, oldest unsent end 0s',
      'Mattermost  reached, token accepted, breaker closed; last answer 5s ago',
      'Pushes      1,200 sent, 30 saved, 5 a second at most, failed: server 2',
      'Source      transcripts readable, last event 3s ago, lag 0.12 s, 3 files, unknown: odd 2',
      'Spent       gpt 1.5k tokens $0.25',
      'Process     47.68 MiB, event loop 2 ms late',
      '',
      'BOX                 STATE              SOURCE       WHERE',
      'coder · shop #a1b2  blocked (waiting)  codex        its post is not written yet',
      'main                ready (done)       transcripts  channel town, post p1',
    ]);
  });

  it('says so when nobody is waited for and nothing is there', () => {
    expect(textOf({})).toContain('Nobody is waited for.');
    expect(textOf({})).toContain('No sessions.');
  });

  it('makes waits and bad health stand out, and nothing else', () => {
    const waits = [{ on: 'gate', forMs: 1 }] as const;
    const lines = topLines(
      reported({
        sink: { breaker: 'open' },
        sessions: [{ session: 's', agent: 'main', state: 'waiting', activity: 'waiting', waits }],
      }),
      NOW,
    );
    expect(lines.filter(({ look }) => look === 'alarm').map(({ text }) => text.split(' ')[0])).toEqual(['degraded:', 'main']);
  });

  it('keeps hostile names and reasons in one short line each, without anything that a terminal would obey', () => {
    const hostile = '\u001b]0;owned\u0007\u009b2J\u202eevil\r\nfake line\u0000\u200b' + 'x'.repeat(500);
    const lines = textOf({
      version: hostile,
      sources: [
        { name: hostile, condition: { state: 'readable' }, wasRead: true, unknownKinds: { [hostile]: 1 }, problems: { [hostile]: 1 } },
      ],
      sink: { failuresByReason: { [hostile]: 1 } },
      sessions: [
        {
          session: 's',
          agent: hostile,
          project: hostile,
          source: hostile,
          state: 'active',
          activity: 'active',
          channelId: hostile,
          postId: hostile,
          why: hostile,
          waits: [{ on: 'approval', forMs: 1 }],
        },
      ],
      spent: { [hostile]: { tokens: 1, costUsd: 1 } },
      boxProblems: [hostile],
    });
    expect(lines).toHaveLength(textOf({}).length + 3); // rows below two headings, and what was spent
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(line.length).toBeLessThan(500);
    }
  });
});

describe('a screen', () => {
  const lines = ['one', 'two', 'three is long', 'four'].map((text) => ({ text, look: 'plain' as const }));
  // What a terminal shows of it.
  const shown = (rows: number, columns: number): string[] => stripVTControlCharacters(drawing(lines, rows, columns)).split('\r\n');

  it('has every line where there is room, each no longer than the screen is wide', () => {
    expect(shown(24, 8)).toEqual(['one', 'two', 'three i…', 'four']);
  });

  it('has the first lines where there is not, and says how many are missing', () => {
    expect(shown(3, 80)).toEqual(['one', 'two', '… 2 more lines']);
    expect(shown(1, 80)).toEqual(['… 4 more lines']);
  });

  it('leaves nothing of the picture before it', () => {
    const drawn = drawing(lines, 24, 80);
    expect(drawn.startsWith('\u001b[H')).toBe(true);
    expect(drawn.match(/\u001b\[K/g)).toHaveLength(4); // oxlint-disable-line no-control-regex -- clears the rest of a line
    expect(drawn.endsWith('\u001b[J')).toBe(true);
  });
});
