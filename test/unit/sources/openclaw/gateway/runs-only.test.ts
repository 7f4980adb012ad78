// What a box says that is known only through a gateway which tells of runs and words and of nothing else (2026.2).

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../../../src/core/event.ts';
import { newSession, reduce } from '../../../../../src/core/reduce.ts';
import { describeBoxes } from './boxes.ts';
import { Decoding, KEY, T0 } from './decoding.ts';
import { type FoundOptions, playFound } from './play-capture.ts';
import { calls } from './recorded-messages.ts';

const LINE = '◆ this gateway does not tell of tools and sub-agents';
const OF_2_26 = { lacks: ['sessions.subscribe', 'sessions.messages.subscribe'], isOnlySource: true };

async function boxesOf(name: string, options: FoundOptions = {}): Promise<string[]> {
  const { events, endedAt } = await playFound(name, options);
  return describeBoxes(events, endedAt)
    .split(/^box \d+: /m)
    .slice(1);
}

/** How often the box was shown, and how often with the line. */
function counts(box: string): [shown: number, withLine: number] {
  return [box.match(/\[[A-Z]+\]/g)?.length ?? 0, box.split(LINE).length - 1];
}

describe('seven turns through a gateway of 2026.2', () => {
  it('say in every box, from the first to the last, that tools and sub-agents cannot be seen', async () => {
    const boxes = await boxesOf('2.26-six-turns', OF_2_26);
    expect(boxes).toHaveLength(7);
    for (const box of boxes) {
      const [shown, withLine] = counts(box);
      expect([shown > 1, withLine]).toEqual([true, shown]);
    }
  });

  it('do not say so when the files are a source, too', async () => {
    const boxes = await boxesOf('2.26-six-turns', { ...OF_2_26, isOnlySource: false });
    expect(boxes.map((box) => counts(box)[1])).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('of which one was stopped: that one is lost, and says that nobody would have told of that', async () => {
    const boxes = await boxesOf('2.26-six-turns', { ...OF_2_26, afterMs: 12 * 60_000 });
    const stopped = boxes.filter((box) => box.includes('[LOST]'));
    expect(stopped).toHaveLength(1);
    expect(stopped[0]).toMatch(
      /\[LOST\] source gone .*\n.*◆ reason: no sign of it for ten minutes; this gateway does not tell of `\/stop`/,
    );
  });
});

it('a newer gateway has boxes without the line', async () => {
  for (const name of ['5.28-stop-in-mid-tool', '8.2-read-scope-subscribe-refused', '9.6-new-in-mid-turn'])
    for (const box of await boxesOf(name, { isOnlySource: true })) expect(box).not.toContain('this gateway does not tell of');
});

const boxOf = (decoding: Decoding): string => describeBoxes(decoding.all, T0 + 60_000);

describe('a turn', () => {
  const blind = (): Decoding => {
    const decoding = new Decoding().asked().lifecycle('start').at(1);
    decoding.decoder.toolsUntold(true);
    return decoding;
  };

  it('that began before the gateway had answered says it as well', () => {
    expect(boxOf(blind().said('Hello.').chat('final'))).toContain(LINE);
  });

  it('whose history has told of a call says that there may be more', () => {
    const decoding = blind();
    decoding.history({ messages: [calls('m7', 1, 'c1')] }, { since: T0 });
    expect(boxOf(decoding.said('Hello.').chat('final'))).toContain('◆ this gateway does not tell of all tools and sub-agents');
  });

  it('keeps the line when a newer gateway takes over, and the next turn has none', () => {
    const decoding = blind();
    decoding.decoder.toolsUntold(false);
    decoding.said('Hello.').chat('final').at(9).asked('postpostpostpostpostpost02').at(10).lifecycle('start', {}, { runId: 'run-2' });
    const [first = '', second = ''] = boxOf(decoding.said('Again.', 'stop', 'run-2').chat('final', {}, { runId: 'run-2' })).split('box 2');
    expect(first.slice(first.indexOf('at last'))).toContain(LINE);
    expect(second).toContain('Again.');
    expect(second).not.toContain(LINE);
  });

  it('of a session that a watcher knew before has none when the gateway now tells more', () => {
    const known = blind().said('Hello.').chat('final').all.reduce(reduce, newSession(KEY));
    const after = new Decoding().at(20).asked('postpostpostpostpostpost02', 'm20').at(21).lifecycle('start', {}, { runId: 'run-2' });
    const session = after.all.reduce(reduce, known);
    expect(session.turns.map(({ toolsUntold }) => toolsUntold)).toEqual([true, undefined]);
  });

  it('whose transcript is read after all does not say it', () => {
    const line: SessionEvent = {
      type: 'turn_started',
      trigger: { kind: 'unknown' },
      sessionKey: KEY,
      at: T0 + 1_000,
      source: 'transcripts',
    };
    const decoding = blind();
    decoding.all.push(line);
    expect(boxOf(decoding).split('at last')[1]).not.toContain(LINE);
  });
});
