// What every source of files must keep, whatever its format: the same cases over each row of the table
// `file-sources.ts`. Real files, real time.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import type { Source } from '../../../../src/core/source.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { type FileSource, IMPLEMENTATIONS } from './file-sources.ts';

vi.setConfig({ testTimeout: 240_000 });

const UNTIL_NOTICED_MS = 400; // of what must not happen; longer than any hint takes

/** What survives a process. */
type Positions = Map<string, unknown>;

interface Running {
  source: Source;
  events: SessionEvent[];
  /** What was said under this key, in order, without what a file begins with. */
  said(key: string): string[];
}

async function run(kind: FileSource, root: string, positions: Positions = new Map(), id = 'files'): Promise<Running> {
  const events: SessionEvent[] = [];
  const source = kind.create(id, root, {
    ...SILENT_PORTS,
    emit: (event) => events.push(event),
    knownKeys: () => (kind.isSnapshot === true && positions.size > 0 ? [kind.keyOf('s1')] : []), // what it told counts with its session
    // As they are stored: plain data.
    checkpoints: new Map([...positions].map(([path, position]) => [path, JSON.parse(JSON.stringify(position))])),
    onProgress: (path, position) => void (position === undefined ? positions.delete(path) : positions.set(path, position)),
  });
  onTestFinished(() => source.stop());
  await source.start();
  const { heardIn = (event) => (event.type === 'message' ? event.text : undefined) } = kind;
  const said = (key: string): string[] =>
    events.flatMap((event) => (event.sessionKey === key ? (heardIn(event) ?? []) : [])).filter((text) => text !== 'hello');
  return { source, events, said };
}

describe.each(IMPLEMENTATIONS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  const KEY = kind.keyOf('s1');
  const isLog = kind.isSnapshot !== true;
  /** What was said with one look has an order only in a log. */
  const ordered = (words: string[]): string[] => (isLog ? words : words.toSorted());

  /** A root with one session, of which nothing is written. */
  function place(session = 's1'): { root: string; path: string; add: (text: string) => void } {
    const root = join(tempFolderInMemory(), 'root');
    mkdirSync(dirname(kind.path(root, session)), { recursive: true });
    kind.prepare(root, session);
    const path = kind.path(root, session);
    return { root, path, add: (text) => appendFileSync(path, text) };
  }

  /** As it is after a first line was read. */
  async function reading(positions: Positions = new Map()) {
    const at = place();
    const running = await run(kind, at.root, positions);
    at.add(kind.head('s1') + kind.says('one'));
    await eventually(() => expect(running.said(KEY)).toEqual(['one']));
    return { ...at, ...running };
  }

  it('says whether everything that was there at the start was read', async () => {
    const { root, add } = place();
    add(kind.head('s1') + kind.says('one'));
    const source = kind.create('files', root, { ...SILENT_PORTS, emit: () => undefined });
    onTestFinished(() => source.stop());
    expect(source.health().wasRead).toBe(false);
    await source.start();
    expect(source.health().wasRead).toBe(true);
  });

  it('introduces a session before it says anything of it', async () => {
    const { events } = await reading();
    expect(events.find(({ sessionKey }) => sessionKey === KEY)?.type).toBe('session_seen');
    expect(events.every(({ source }) => source === 'files')).toBe(true);
  });

  it('says each line once and in order, and half a line only when it is whole', async () => {
    const { add, said } = await reading();
    const whole = kind.says('two');
    const half = Math.floor(whole.length / 2);
    add(whole.slice(0, half));
    await sleep(UNTIL_NOTICED_MS);
    expect(said(KEY)).toEqual(['one']);
    add(whole.slice(half) + kind.says('three'));
    await eventually(() => expect(ordered(said(KEY))).toEqual(ordered(['one', 'two', 'three'])));
  });

  it('passes over garbage, and goes on with the next line', async () => {
    const { add, said, source } = await reading();
    add(`{"type":"mess\n\u0000\u0000\u0000\n${'\u2028'.repeat(9)}\n\n${kind.says('two')}`);
    await eventually(() => expect(said(KEY)).toEqual(['one', 'two']));
    expect(['readable', 'impaired']).toContain(source.health().condition.state);
  });

  it('reads a file that was emptied and written anew', async () => {
    const { path, add, said } = await reading();
    truncateSync(path, 0);
    add(kind.head('s1') + kind.says('other'));
    await eventually(() => expect(said(KEY)).toEqual(['one', 'other']));
    add(kind.says('more'));
    await eventually(() => expect(said(KEY)).toEqual(['one', 'other', 'more']));
  });

  it('reads a file that was put in the place of another', async () => {
    const { path, add, said } = await reading();
    writeFileSync(`${path}.tmp`, kind.head('s1') + kind.says('one') + kind.says('other'));
    renameSync(`${path}.tmp`, path);
    await eventually(() => expect(said(KEY)).toEqual(['one', 'other']));
    add(kind.says('more'));
    await eventually(() => expect(said(KEY)).toEqual(['one', 'other', 'more']));
  });

  it.runIf(isLog)('says that a file vanished, forgets its position, and touches no other session', async () => {
    const positions: Positions = new Map();
    const { root, path, events, said } = await reading(positions);
    kind.prepare(root, 's2');
    appendFileSync(kind.path(root, 's2'), kind.head('s2') + kind.says('beside'));
    await eventually(() => expect(said(kind.keyOf('s2'))).toEqual(['beside']));
    rmSync(path);
    const lost = () => events.flatMap(({ type, sessionKey }) => (type === 'source_lost' ? [sessionKey] : []));
    await eventually(() => expect(lost()).toEqual([KEY]));
    expect([...positions.keys()]).toEqual([kind.path(root, 's2')]);
  });

  it('goes on after a restart where it was: nothing twice, nothing lost', async () => {
    const positions: Positions = new Map();
    const { root, add, source } = await reading(positions);
    const whole = kind.says('two');
    add(whole.slice(0, 5));
    await sleep(UNTIL_NOTICED_MS);
    await source.stop();
    add(whole.slice(5) + kind.says('three'));
    const second = await run(kind, root, positions);
    await eventually(() => expect(ordered(second.said(KEY))).toEqual(ordered(['two', 'three'])));
    await second.source.stop();
    const third = await run(kind, root, positions);
    add(kind.says('four'));
    await eventually(() => expect(third.said(KEY)).toEqual(['four']));
  });

  it.runIf(isLog)('says after a restart that a file vanished meanwhile', async () => {
    const positions: Positions = new Map();
    const { root, path, source } = await reading(positions);
    await source.stop();
    rmSync(path);
    const { events } = await run(kind, root, positions);
    await eventually(() => expect(events.map(({ type }) => type)).toContain('source_lost'));
    expect(positions.size).toBe(0);
  });

  it.runIf(isLog)('takes a position that means nothing for none', async () => {
    const { root, path, add } = place();
    add(kind.head('s1') + kind.says('one'));
    const strange = [{ offset: -1 }, 'x', null, { dev: 1, ino: [], offset: 'a' }];
    for (const position of strange) {
      const { said, source } = await run(kind, root, new Map([[path, position]]));
      await eventually(() => expect(said(KEY)).toEqual(['one']));
      await source.stop();
    }
  });

  it('beside another one of its kind says nothing of the other, and remembers nothing of it', async () => {
    const [here, there] = [place('s1'), place('s2')];
    const [own, others]: [Positions, Positions] = [new Map(), new Map()];
    const [one, two] = [await run(kind, here.root, own, 'one'), await run(kind, there.root, others, 'two')];
    here.add(kind.head('s1') + kind.says('mine'));
    there.add(kind.head('s2') + kind.says('yours'));
    await eventually(() => expect([one.said(KEY), two.said(kind.keyOf('s2'))]).toEqual([['mine'], ['yours']]));
    rmSync(there.path);
    if (isLog) await eventually(() => expect(two.events.map(({ type }) => type)).toContain('source_lost'));
    expect(one.events.map(({ type }) => type)).not.toContain('source_lost');
    if (isLog) expect([[...own.keys()], [...others.keys()]]).toEqual([[here.path], []]);
    expect([...own.keys()].filter((name) => !name.startsWith(here.root))).toEqual([]);
    expect(one.events.every(({ source }) => source === 'one') && two.events.every(({ source }) => source === 'two')).toBe(true);
  });

  it('says nothing after it was stopped, and can be stopped twice', async () => {
    const { root, add, events, source } = await reading();
    await source.stop();
    const before = events.length;
    add(kind.says('two'));
    kind.prepare(root, 's2');
    appendFileSync(kind.path(root, 's2'), kind.head('s2') + kind.says('beside'));
    await sleep(UNTIL_NOTICED_MS);
    expect(events.length).toBe(before);
    await source.stop();
  });

  it.runIf(isLog)('stopped in the middle of what it reads, goes on after a restart with what it had not said yet', async () => {
    const positions: Positions = new Map();
    const { root, add, source, said, events } = await reading(positions);
    const words = Array.from({ length: 5_000 }, (_, nth) => `word ${nth} ${'-'.repeat(200)}`);
    const stopped = new Promise<void>((done) => {
      const push = events.push.bind(events);
      // After the turn of the loop in which the first of them was said: no signal comes earlier.
      events.push = (event) => {
        if (said(KEY).length === 2) setImmediate(() => done(source.stop()));
        return push(event);
      };
    });
    add(words.map((text) => kind.says(text)).join(''));
    await stopped;
    const second = await run(kind, root, positions);
    await eventually(() => expect([...said(KEY), ...second.said(KEY)]).toEqual(['one', ...words]));
  });

  it('stops while it is being started', async () => {
    const { root, add } = place();
    add(kind.head('s1') + kind.says('one'));
    const events: SessionEvent[] = [];
    const source = kind.create('files', root, { ...SILENT_PORTS, emit: (event) => events.push(event) });
    const starting = source.start();
    await source.stop();
    const before = events.length;
    await starting;
    await sleep(UNTIL_NOTICED_MS);
    expect(events.length).toBe(before);
  });

  it('reads through no link, waits for no pipe, and is not stopped by strange names', async () => {
    const { root, path, add, said, events } = await reading();
    for (const session of ['link', 'pipe', 'folder']) kind.prepare(root, session); // they are known, and would be read at once
    const outside = join(tempFolderInMemory(), 'outside');
    writeFileSync(outside, kind.head('s1') + kind.says('stolen'));
    symlinkSync(outside, kind.path(root, 'link'));
    execFileSync('mkfifo', [kind.path(root, 'pipe')]);
    mkdirSync(kind.path(root, 'folder'));
    for (const name of ['-rf', 'a\nb', '"quoted"', '..', 'x'.repeat(200), '\u202e', '__proto__'])
      writeFileSync(join(dirname(path), name + extname(path)), '');
    add(kind.says('two'));
    await eventually(() => expect(said(KEY)).toEqual(['one', 'two']));
    await sleep(UNTIL_NOTICED_MS);
    add(kind.says('three'));
    await eventually(() => expect(said(KEY)).toEqual(['one', 'two', 'three']));
    expect(JSON.stringify(events)).not.toContain('stolen');
  });

  it('waits for a root that is not there yet', async () => {
    const { root, add } = place();
    rmSync(root, { recursive: true });
    const running = await run(kind, root);
    mkdirSync(dirname(kind.path(root, 's1')), { recursive: true });
    kind.prepare(root, 's1');
    add(kind.head('s1') + kind.says('one'));
    await eventually(() => expect(running.said(KEY)).toEqual(['one']));
  });
});
