import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DecodedEvent } from '../../../../../src/sources/openclaw/decoding/decoded-event.ts';
import { Follower, type FollowOptions } from '../../../../../src/files/follower.ts';
import { transcriptFormat } from '../../../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { FakeClock } from '../../../../support/clock.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

const AT = Date.UTC(2026, 10, 21, 11, 59);

/** Lines say `t1` (a person's turn), `h1` (a heartbeat's), `a1` (an announcement's), `m1` (a message that goes on), `s1` (one that ends). */
function decode(line: string): { events: DecodedEvent[] } {
  const { id }: { id: string } = JSON.parse(line);
  const at = AT + Number(id.slice(1));
  const kinds: Record<string, DecodedEvent> = {
    t: { type: 'turn_started', at, messageId: id, trigger: { kind: 'person' } },
    h: { type: 'turn_started', at, messageId: id, trigger: { kind: 'heartbeat' } },
    a: { type: 'turn_started', at, messageId: id, trigger: { kind: 'announce' } },
    m: { type: 'message', at, messageId: id, stop: 'tools' },
    s: { type: 'message', at, messageId: id, stop: 'stop' },
  };
  const event = kinds[id.charAt(0)];
  return { events: event === undefined ? [] : [event] };
}

const lines = (...ids: string[]) => ids.map((id) => `${JSON.stringify({ type: 'message', id })}\n`).join('');

function setUp(options: Partial<FollowOptions<DecodedEvent>> = {}) {
  const dir = tempFolderInMemory();
  const path = join(dir, 'a.jsonl');
  const clock = new FakeClock();
  const emitted: string[] = [];
  const decoded: string[] = [];
  const follow = (more: Partial<FollowOptions<DecodedEvent>> = {}) =>
    new Follower({
      path,
      root: dir,
      clock,
      start: { kind: 'all' },
      format: transcriptFormat(() => (line) => {
        decoded.push(JSON.parse(line).id);
        return decode(line);
      }),
      emit: (events) => emitted.push(...events.map((event) => ('messageId' in event ? (event.messageId ?? '') : event.type))),
      onRemoved: () => emitted.push('compacted'),
      isWorthShowing: () => true,
      ...options,
      ...more,
    });
  return { path, clock, emitted, decoded, follow };
}

async function readAll(follower: Follower<DecodedEvent>): Promise<string> {
  for (;;) {
    const read = await follower.read();
    if (read.change !== 'progressed' || !read.more) return read.change;
  }
}

describe('entries', () => {
  it('with the same id are handed on once per file, the rewritten file included', async () => {
    const { path, emitted, follow } = setUp();
    const follower = follow();
    writeFileSync(path, lines('t1', 'm2', 'm2'));
    await readAll(follower);
    writeFileSync(path, lines('t1', 'm2', 'm2', 's3'));
    await readAll(follower);
    expect(emitted).toEqual(['t1', 'm2', 's3']);
  });

  it('known ones are not shown to the decoder again, which remembers what it saw', async () => {
    const { path, decoded, follow } = setUp();
    const follower = follow();
    writeFileSync(path, lines('t1', 'm2'));
    await readAll(follower);
    writeFileSync(path, lines('t1', 'x9', 's3'));
    await readAll(follower);
    expect(decoded).toEqual(['t1', 'm2', 'x9', 's3']);
  });
});

describe('a rewrite', () => {
  it('with identical bytes, seen empty in the middle, tells nothing', async () => {
    const { path, clock, emitted, follow } = setUp();
    const follower = follow();
    writeFileSync(path, lines('t1', 's2'));
    await readAll(follower);
    const content = readFileSync(path);
    truncateSync(path, 0);
    expect(await readAll(follower)).toBe('settling');
    clock.pass(80);
    writeFileSync(path, content);
    clock.pass(500);
    expect(await readAll(follower)).toBe('unchanged');
    expect(emitted).toEqual(['t1', 's2']);
  });

  it('after which shown entries are gone is a compaction, told once', async () => {
    const { path, clock, emitted, follow } = setUp();
    const follower = follow();
    writeFileSync(path, lines('t1', 'm2', 's3'));
    await readAll(follower);
    writeFileSync(path, lines('s3'));
    await readAll(follower);
    clock.pass(250);
    await readAll(follower);
    appendFileSync(path, lines('t4', 's5'));
    await readAll(follower);
    writeFileSync(path, lines('s3', 't4', 's5', 't6'));
    await readAll(follower);
    expect(emitted).toEqual(['t1', 'm2', 's3', 'compacted', 't4', 's5', 't6']);
  });

  it('that takes a quiet heartbeat out again is none', async () => {
    const { path, clock, emitted, follow } = setUp();
    const follower = follow();
    writeFileSync(path, lines('t1', 's2'));
    await readAll(follower);
    const { length } = readFileSync(path);
    appendFileSync(path, lines('h3', 's4'));
    await readAll(follower);
    truncateSync(path, length);
    await readAll(follower);
    clock.pass(250);
    await readAll(follower);
    appendFileSync(path, lines('t5', 's6'));
    await readAll(follower);
    expect(emitted).toEqual(['t1', 's2', 'h3', 's4', 't5', 's6']);
  });

  it('of a file whose oldest entries were forgotten tells only what follows a known one', async () => {
    const { path, emitted, follow } = setUp({ maxSeen: 3 });
    const follower = follow();
    writeFileSync(path, lines('t1', 'm2', 'm3', 'm4', 'm5'));
    await readAll(follower);
    renameSync(path, `${path}.old`);
    writeFileSync(path, lines('t1', 'm2', 'm3', 'x0', 'm4', 'm5', 's6'));
    await readAll(follower);
    expect(emitted).toEqual(['t1', 'm2', 'm3', 'm4', 'm5', 's6']);
  });

  it('that shares nothing with a forgotten past is another conversation and told in full', async () => {
    const { path, emitted, follow } = setUp({ maxSeen: 2 });
    const follower = follow();
    writeFileSync(path, lines('t1', 'm2', 'm3'));
    await readAll(follower);
    writeFileSync(path, lines('t7', 'm8', 'm9', 's10'));
    await readAll(follower);
    expect(emitted.filter((id) => id !== 'compacted')).toEqual(['t1', 'm2', 'm3', 't7', 'm8', 'm9', 's10']);
  });
});

describe('beginning in the middle', () => {
  it('tells the last turn only, with its announcements', async () => {
    const { path, emitted, follow } = setUp();
    writeFileSync(path, lines('t1', 's2', 't3', 'm4', 'a5', 's6'));
    await readAll(follow({ start: { kind: 'last_opened', from: 0, keepFrom: 10_000 } }));
    expect(emitted).toEqual(['t3', 'm4', 'a5', 's6']);
  });

  it('tells nothing of a turn that is not of interest until something follows it, then all of it', async () => {
    const { path, emitted, follow } = setUp();
    writeFileSync(path, lines('t1', 's2', 't3', 'm4'));
    const follower = follow({ start: { kind: 'last_opened', from: 0, keepFrom: readFileSync(path).length }, isWorthShowing: () => false });
    await readAll(follower);
    expect(emitted).toEqual([]);
    expect(follower.checkpoint()).toBeUndefined();
    appendFileSync(path, lines('a5'));
    await readAll(follower);
    expect(emitted).toEqual(['t3', 'm4', 'a5']);
  });

  it('leaves the last turn alone when what follows is a new one', async () => {
    const { path, emitted, follow } = setUp();
    writeFileSync(path, lines('t1', 's2'));
    const follower = follow({ start: { kind: 'last_opened', from: 0, keepFrom: readFileSync(path).length }, isWorthShowing: () => false });
    await readAll(follower);
    appendFileSync(path, lines('t3', 's4', 't5', 's6'));
    await readAll(follower);
    expect(emitted).toEqual(['t3', 's4', 't5', 's6']);
  });

  it('asks about interest with the newest instant and whether the run had ended', async () => {
    for (const [last, ended] of [
      ['s4', true],
      ['m4', false],
    ] as const) {
      const asked: [number, boolean][] = [];
      const { path, follow } = setUp();
      writeFileSync(path, lines('t1', 's2', 't3', last));
      const start = { kind: 'last_opened', from: 0, keepFrom: 10_000 } as const;
      await readAll(follow({ start, isWorthShowing: (...args) => asked.push(args) > 0 }));
      expect(asked.at(-1)).toEqual([AT + 4, ended]);
    }
  });

  it('shows the header to the decoder though it is not read', async () => {
    const { path, decoded, emitted, follow } = setUp();
    writeFileSync(path, `${lines('x0', 't1')}${lines('s2').repeat(5)}${lines('t3', 's4')}`);
    const from = readFileSync(path).length - lines('s2', 't3', 's4').length;
    await readAll(follow({ start: { kind: 'last_opened', from, keepFrom: 10_000 } }));
    expect(decoded).toEqual(['x0', 's2', 't3', 's4']);
    expect(emitted).toEqual(['t3', 's4']);
  });
});

describe('a checkpoint', () => {
  it('reads on where it was taken, and decodes the lines before it without telling them', async () => {
    const { path, emitted, decoded, follow } = setUp();
    const first = follow();
    writeFileSync(path, lines('t1', 'm2'));
    await readAll(first);
    const checkpoint = JSON.parse(JSON.stringify(first.checkpoint()));
    appendFileSync(path, lines('m2', 's3'));
    decoded.length = 0;
    await readAll(follow({ start: { kind: 'resume', checkpoint } }));
    expect(emitted).toEqual(['t1', 'm2', 's3']);
    expect(decoded).toEqual(['t1', 'm2', 's3']);
  });

  it('of a file rewritten meanwhile tells what it does not know', async () => {
    const { path, emitted, follow } = setUp();
    const first = follow();
    writeFileSync(path, lines('t1', 'm2', 'm3'));
    await readAll(first);
    const checkpoint = JSON.parse(JSON.stringify(first.checkpoint()));
    writeFileSync(path, lines('m2', 'm3', 's4', 't5', 's6'));
    await readAll(follow({ start: { kind: 'resume', checkpoint } }));
    expect(emitted).toEqual(['t1', 'm2', 'm3', 's4', 't5', 's6']);
  });

  it('is there only when everything before its offset was told', async () => {
    const { path, clock, follow } = setUp();
    const follower = follow();
    expect(follower.checkpoint()).toBeUndefined();
    writeFileSync(path, lines('t1', 's2'));
    await readAll(follower);
    expect(follower.checkpoint()).toMatchObject({ offset: lines('t1', 's2').length, ids: ['t1', 's2'], idsAreAll: true });
    truncateSync(path, 0);
    await readAll(follower);
    expect(follower.checkpoint()?.offset).toBe(lines('t1', 's2').length);
    clock.pass(250);
    await readAll(follower);
    expect(follower.checkpoint()?.offset).toBe(0);
  });
});
