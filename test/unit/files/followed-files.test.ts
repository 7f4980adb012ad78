import { appendFileSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, type FollowedFile, newFile, RECENT_MS } from '../../../src/files/followed-file.ts';
import { FollowedFiles } from '../../../src/files/followed-files.ts';
import type { TailCheckpoint } from '../../../src/files/follower.ts';
import type { LogFormat } from '../../../src/files/log-format.ts';
import { createFileProblems, fileSentences } from '../../../src/files/file-problems.ts';
import { hashKeyOf } from '../../../src/files/seen-entries.ts';
import { FakeClock } from '../../support/clock.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

interface Said {
  at: number;
  text: string;
}

/** A log of plain words: `>word` opens something, `.word` ends it. */
const WORDS: LogFormat<Said> = {
  newDecoder: () => (text) => ({ events: [{ at: 1_000, text }], isHidden: text.startsWith('#') }),
  entriesOf: (line) => [{ text: line, key: hashKeyOf(line) }],
  opens: ({ text }) => text.startsWith('>'),
  hasEnded: (events) => events.at(-1)?.text.startsWith('.') === true,
  isLaterName: (name, original) => name === `${original}.old`,
};

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function setUp(dir = tempFolderInMemory(), checkpoints = new Map<string, TailCheckpoint>()) {
  const clock = new FakeClock();
  const said: string[] = [];
  const problems = createFileProblems({ sentences: fileSentences('log'), ofFolders: [] }, quiet, clock);
  const say = (what: string) => (file: FollowedFile<Said>) => void said.push(`${basename(file.path)} ${what}`);
  const files = new FollowedFiles<Said, FollowedFile<Said>>({
    root: dir,
    clock,
    problems,
    format: WORDS,
    isReady: ({ path }) => !basename(path).startsWith('later'),
    isWorthShowing: (_file, _lastAt, hasEnded) => !hasEnded,
    emit: (file, events) => said.push(...events.map(({ text }) => `${basename(file.path)} ${text}`)),
    onRemoved: say('lost entries'),
    onProgress: ({ path, checkpoint }) => void (checkpoint !== undefined && checkpoints.set(path, checkpoint)),
    onRest: say('rests'),
    onEnded: (file, to) => say(to === undefined ? 'is gone' : `became ${basename(to)}`)(file),
  });
  const path = (name: string) => join(dir, name);
  const look = (name: string, isNew = true) => files.look(path(name), isNew, () => newFile(path(name)));
  const take = () => said.splice(0);
  return { dir, clock, files, problems, checkpoints, path, look, take };
}

/** As a later process finds it: only what is plain data survives. */
function later(before: ReturnType<typeof setUp>) {
  const stored: [string, unknown][] = JSON.parse(JSON.stringify([...before.checkpoints]));
  const known = new Map(stored.map(([path, value]) => [path, decodeCheckpoint(value)]));
  const rig = setUp(before.dir);
  rig.clock.pass(before.clock.monotonic() - rig.clock.monotonic());
  const adopt = async () => {
    for (const [path, checkpoint] of known) if (checkpoint !== undefined) await rig.files.adopt(newFile(path), checkpoint);
  };
  return { ...rig, adopt };
}

describe('files of any format', () => {
  it('that are new are read from their beginning, those that were there from what was opened last', async () => {
    const { path, look, take, clock } = setUp();
    for (const name of ['new', 'there', 'ended']) writeFileSync(path(name), `>one\n.done\n>two\nmore\n${name === 'ended' ? '.end\n' : ''}`);
    for (const name of ['new', 'there', 'ended']) utimesSync(path(name), clock.now() / 1_000, clock.now() / 1_000);
    await look('new');
    await look('there', false);
    await look('ended', false);
    expect(take()).toEqual(['new >one', 'new .done', 'new >two', 'new more', 'there >two', 'there more']);
  });

  it('go on after a restart where they were left, whatever was written meanwhile', async () => {
    const first = setUp();
    writeFileSync(first.path('a'), '>one\nhalf');
    utimesSync(first.path('a'), first.clock.now() / 1_000, first.clock.now() / 1_000);
    await first.look('a');
    appendFileSync(first.path('a'), ' line\nlast\n');
    const second = later(first);
    await second.adopt();
    expect([first.take(), second.take()]).toEqual([['a >one'], ['a half line', 'a last']]);
  });

  it('that were rewritten give what is new in them, and say what was taken out', async () => {
    const { path, look, take, files, clock } = setUp();
    writeFileSync(path('a'), '>one\n#quiet\ntwo\n');
    utimesSync(path('a'), clock.now() / 1_000, clock.now() / 1_000);
    await look('a');
    take();
    writeFileSync(path('a'), '>one\ntwo\nthree and more\n');
    await files.read(path('a'));
    expect(take()).toEqual(['a three and more']);
    writeFileSync(path('a'), '>one\nthree and more\nfour and much more\n');
    await files.read(path('a'));
    expect(take()).toEqual(['a four and much more', 'a lost entries']);
  });

  it('that were renamed are read to their end under the new name', async () => {
    const { path, look, take, files, clock } = setUp();
    writeFileSync(path('a'), '>one\n');
    utimesSync(path('a'), clock.now() / 1_000, clock.now() / 1_000);
    await look('a');
    appendFileSync(path('a'), 'two\n');
    renameSync(path('a'), path('a.old'));
    await files.read(path('a'));
    await files.sweep();
    expect(take()).toEqual(['a >one', 'a two', 'a became a.old']);
    expect(files.size).toBe(0);
  });

  it('wait until the source says that they may be read', async () => {
    const { path, look, take, files, clock } = setUp();
    writeFileSync(path('later'), '>one\n');
    utimesSync(path('later'), clock.now() / 1_000, clock.now() / 1_000);
    await look('later');
    expect(take()).toEqual([]);
    expect(files.inUse.size).toBe(1);
  });

  it('are given back when nothing was written for long, and taken up by a sweep when they change', async () => {
    const { path, look, take, files, clock } = setUp();
    writeFileSync(path('a'), '>one\n');
    utimesSync(path('a'), clock.now() / 1_000, clock.now() / 1_000);
    await look('a');
    clock.pass(RECENT_MS);
    await files.sweep();
    expect({ said: take(), inUse: files.inUse.size, known: files.size }).toEqual({ said: ['a >one', 'a rests'], inUse: 0, known: 1 });
    appendFileSync(path('a'), 'two\n');
    await files.sweep();
    expect(take()).toEqual(['a two']);
  });

  it('that are old are only looked at', async () => {
    const { path, look, take, files, clock } = setUp();
    writeFileSync(path('a'), '>one\n');
    utimesSync(path('a'), (clock.now() - RECENT_MS) / 1_000, (clock.now() - RECENT_MS) / 1_000);
    await look('a', false);
    expect({ said: take(), inUse: files.inUse.size, known: files.size }).toEqual({ said: [], inUse: 0, known: 1 });
    await files.use(path('a'));
    expect(take()).toEqual(['a >one']);
  });

  it('that are old have no record until they change or are asked for, and then no line is lost', async () => {
    const { path, look, take, files, clock } = setUp();
    for (const name of ['swept', 'looked at', 'gone']) {
      writeFileSync(path(name), '>one\n');
      utimesSync(path(name), (clock.now() - RECENT_MS) / 1_000, (clock.now() - RECENT_MS) / 1_000);
      await look(name, false);
    }
    expect([...files.paths()].map((each) => [basename(each), files.has(each), files.get(each)])).toEqual([
      ['swept', true, undefined],
      ['looked at', true, undefined],
      ['gone', true, undefined],
    ]);
    appendFileSync(path('looked at'), 'two\n');
    await look('looked at');
    expect(take()).toEqual(['looked at >one', 'looked at two']);
    appendFileSync(path('swept'), 'two\n');
    rmSync(path('gone'));
    await files.sweep();
    expect({ said: take(), known: [...files.paths()].map((each) => basename(each)).toSorted() }).toEqual({
      said: ['swept >one', 'swept two'],
      known: ['looked at', 'swept'],
    });
    expect(files.recordOf(path('swept'))).toBe(files.get(path('swept')));
  });

  it('never touch those of another source beside them', async () => {
    const [one, other] = [setUp(), setUp()];
    for (const { path, clock } of [one, other]) {
      writeFileSync(path('a'), '>one\n');
      utimesSync(path('a'), clock.now() / 1_000, clock.now() / 1_000);
    }
    await one.look('a');
    await other.look('a');
    rmSync(one.path('a'));
    await one.files.read(one.path('a'));
    one.clock.pass(1_000);
    await one.files.read(one.path('a'));
    expect([one.take(), other.take()]).toEqual([['a >one', 'a is gone'], ['a >one']]);
    expect([...other.checkpoints.keys()].map((path) => dirname(path))).toEqual([other.dir]);
    expect(readFileSync(other.path('a'), 'utf8')).toBe('>one\n');
  });
});

describe('a stored checkpoint', () => {
  it('is read as it was written, and anything else is none', () => {
    const print = { length: 3, hash: 'abc' };
    const checkpoint = { dev: '1', ino: '2', offset: 3, skipping: false, before: print, head: print, ids: ['a'], idsAreAll: true };
    expect(decodeCheckpoint(JSON.parse(JSON.stringify(checkpoint)))).toEqual(checkpoint);
    for (const wrong of [undefined, [], 'x', {}, { ...checkpoint, offset: 2 }, { ...checkpoint, dev: 1 }, { ...checkpoint, head: {} }])
      expect(decodeCheckpoint(wrong)).toBeUndefined();
  });
});
