import { appendFileSync, chmodSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tail, type TailOptions } from '../../../src/files/tail.ts';
import { withoutRoot } from '../without-root.ts';
import { FakeClock } from '../../support/clock.ts';
import { tempFolder, tempFolderInMemory } from '../../support/temp-folder.ts';

function setUp(options: Partial<TailOptions> = {}, dir = tempFolderInMemory()) {
  const path = join(dir, 'a.jsonl');
  const clock = new FakeClock();
  const tail = new Tail({ path, root: dir, clock, isLaterName: (name) => name.startsWith('a.jsonl.'), ...options });
  const read = async () => {
    const result = await tail.read();
    return 'lines' in result ? { ...result, lines: result.lines.map((line) => line.text) } : result;
  };
  return { path, clock, tail, read };
}

describe('growth', () => {
  it('gives complete lines once; a half line waits for its newline', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\ntw');
    expect(await read()).toMatchObject({ change: 'appended', lines: ['one'] });
    expect(await read()).toEqual({ change: 'unchanged' });
    appendFileSync(path, 'o\n');
    expect(await read()).toMatchObject({ change: 'appended', lines: ['two'] });
  });

  it('keeps a character whole that is written in two pieces', async () => {
    const { path, read } = setUp();
    const bytes = Buffer.from('ü🦞\n');
    writeFileSync(path, bytes.subarray(0, 3));
    await read();
    appendFileSync(path, bytes.subarray(3));
    expect(await read()).toMatchObject({ lines: ['ü🦞'] });
  });

  it('reads a big file in bounded pieces, with more to come until its end', async () => {
    const { path, read } = setUp({ chunkBytes: 100 });
    writeFileSync(path, 'x'.repeat(49).concat('\n').repeat(5));
    expect(await read()).toMatchObject({ lines: { length: 2 }, more: true });
    expect(await read()).toMatchObject({ lines: { length: 2 }, more: true });
    expect(await read()).toMatchObject({ lines: { length: 1 }, more: false });
  });

  it('gives at most 128 lines at a time, however short they are, and each once', async () => {
    const { path, read } = setUp();
    const lines = Array.from({ length: 1_000 }, (_, index) => `${index}`);
    writeFileSync(path, `${lines.join('\n')}\nhalf a li`);
    const pieces: string[][] = [];
    for (let more = true; more; ) {
      const result = await read();
      if (!('lines' in result)) throw new Error(result.change);
      pieces.push(result.lines);
      more = result.more;
    }
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(128);
    expect(pieces.flat()).toEqual(lines);
    expect(await read()).toEqual({ change: 'unchanged' });
  });

  it('takes a line that grew over many reads in whole, and what took its place meanwhile', async () => {
    const { path, read } = setUp({ chunkBytes: 8 });
    writeFileSync(path, 'one\n');
    await read();
    for (let piece = 0; piece < 40; piece++) {
      appendFileSync(path, 'abcdefgh');
      expect(await read()).toEqual({ change: 'unchanged' });
    }
    appendFileSync(path, '\ntwo\n');
    expect(await read()).toMatchObject({ lines: ['abcdefgh'.repeat(40), 'two'] });
    appendFileSync(path, 'x'.repeat(200));
    await read();
    writeFileSync(path, `one\n${'abcdefgh'.repeat(40)}\ntwo\nshort\n${'y'.repeat(250)}`);
    expect(await read()).toMatchObject({ lines: ['short'] });
  });

  it('where every line counts they come out whole however the bytes are cut', async () => {
    const bytes = Buffer.from('a\u00e9\n\n\u2028b\r\nlast\n');
    for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes++) {
      const { path, tail } = setUp({ chunkBytes, everyLine: true });
      writeFileSync(path, bytes);
      const lines: string[] = [];
      for (let more = true; more; ) {
        const read = await tail.read();
        if (!('lines' in read)) break;
        lines.push(...read.lines.map(({ text }) => text));
        more = read.more;
      }
      expect(lines, `in pieces of ${chunkBytes}`).toEqual(['a\u00e9', '', '\u2028b\r', 'last']);
    }
  });

  it('takes a line longer than a piece, and skips and counts one over the limit', async () => {
    const { path, read } = setUp({ chunkBytes: 10, maxLineBytes: 100 });
    writeFileSync(path, `${'a'.repeat(100)}\n${'b'.repeat(101)}\nok\n`);
    const lines: string[] = [];
    let longLines = 0;
    for (let more = true; more; ) {
      const result = await read();
      if (!('lines' in result)) break;
      lines.push(...result.lines);
      longLines += result.longLines;
      more = result.more;
    }
    expect(lines).toEqual(['a'.repeat(100), 'ok']);
    expect(longLines).toBe(1);
  });

  it('begins with the first line that starts at or after a byte', async () => {
    const content = 'one\ntwo\nthree\n';
    for (const [from, lines] of [
      [4, ['two', 'three']],
      [5, ['three']],
      [8, ['three']],
    ] as const) {
      const { path, read } = setUp({ from });
      writeFileSync(path, content);
      expect(await read(), `from ${from}`).toMatchObject({ lines });
    }
  });
});

describe('a file that shrinks', () => {
  it('seen empty during a rewrite with the same bytes: waits, and gives nothing again', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'one\ntwo\n');
    await read();
    truncateSync(path, 0);
    expect(await read()).toMatchObject({ change: 'settling' });
    clock.pass(80);
    writeFileSync(path, 'one\n');
    expect(await read()).toMatchObject({ change: 'settling' });
    writeFileSync(path, 'one\ntwo\n');
    expect(await read()).toEqual({ change: 'unchanged' });
  });

  it('that stays short is a truncation after a quarter of a second; its lines come from the start', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'one\ntwo\n');
    await read();
    truncateSync(path, 4);
    expect(await read()).toEqual({ change: 'settling', retryInMs: 250 });
    clock.pass(250);
    expect(await read()).toMatchObject({ change: 'truncated', lines: ['one'] });
    expect(await read()).toEqual({ change: 'unchanged' });
  });

  it('seen empty in two rewrites, and not between them, is in the middle of the second: waits, and gives nothing again', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'one\ntwo\n');
    await read();
    truncateSync(path, 0);
    expect(await read()).toMatchObject({ change: 'settling' });
    writeFileSync(path, 'one\ntwo\n');
    clock.pass(250);
    truncateSync(path, 0);
    expect(await read()).toMatchObject({ change: 'settling' });
    writeFileSync(path, 'one\ntwo\n');
    expect(await read()).toEqual({ change: 'unchanged' });
  });

  it('that goes on growing while it is short is believed after a second', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'x'.repeat(500).concat('\n'));
    await read();
    writeFileSync(path, '');
    let waitedMs = 0;
    for (; waitedMs <= 2_000; waitedMs += 100) {
      if ((await read()).change !== 'settling') break;
      appendFileSync(path, 'y\n');
      clock.pass(100);
    }
    expect(waitedMs).toBe(1_000);
  });

  it('and regrows past its old size with other bytes is noticed by what lies before the offset', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\ntwo\n');
    await read();
    writeFileSync(path, 'one\nnew\nmore\n');
    expect(await read()).toMatchObject({ change: 'rewritten', lines: ['one', 'new', 'more'] });
  });

  it('and regrows to the same end with another beginning is noticed by its first bytes', async () => {
    const { path, read } = setUp();
    const rest = `${'x'.repeat(3_000)}\n`;
    writeFileSync(path, `one\n${rest}`);
    await read();
    writeFileSync(path, `two\n${rest}`);
    expect(await read()).toMatchObject({ change: 'rewritten', lines: { length: 2 } });
  });
});

describe('another file under the same name', () => {
  it('put there by rename with the same past is read on', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\n');
    await read();
    writeFileSync(`${path}.tmp`, 'one\ntwo\n');
    renameSync(`${path}.tmp`, path);
    expect(await read()).toMatchObject({ change: 'appended', lines: ['two'] });
  });

  it('with another past is read from its start, also where the disk hands out the same inode again', async () => {
    const { path, read } = setUp({}, tempFolder());
    writeFileSync(path, 'one\n');
    await read();
    rmSync(path);
    writeFileSync(path, 'six\nnew\n');
    const { change } = await read();
    expect(['rewritten', 'replaced']).toContain(change);
  });

  it('after a rename to a later name of it the rest of the old file comes first', async () => {
    const { path, read } = setUp({ chunkBytes: 8 });
    writeFileSync(path, 'one\n');
    await read();
    appendFileSync(path, 'two\nthree\nfour\n');
    renameSync(path, `${path}.reset.2026-11-21T02-04-50.601Z`);
    const lines: string[] = [];
    let last = await read();
    for (; 'lines' in last; last = await read()) lines.push(...last.lines);
    expect(lines).toEqual(['two', 'three', 'four']);
    expect(last).toEqual({ change: 'renamed', to: `${path}.reset.2026-11-21T02-04-50.601Z` });
    expect(await read()).toEqual({ change: 'unchanged' });
    writeFileSync(path, 'six\n');
    expect(await read()).toMatchObject({ change: 'replaced', lines: ['six'] });
  });

  it('a backup with a successor: first the rest of the backup, then the successor', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\ntwo\n');
    await read();
    appendFileSync(path, 'three\n');
    renameSync(path, `${path}.bak.1`);
    writeFileSync(path, 'two\nthree\n');
    expect(await read()).toMatchObject({ change: 'appended', lines: ['three'] });
    expect(await read()).toMatchObject({ change: 'replaced', lines: ['two', 'three'] });
  });
});

describe('a file that goes away', () => {
  it('is gone after it was missing for a quarter of a second, told once, and read when it comes back', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'one\n');
    await read();
    rmSync(path);
    expect(await read()).toEqual({ change: 'settling', retryInMs: 250 });
    clock.pass(250);
    expect(await read()).toEqual({ change: 'gone' });
    expect(await read()).toEqual({ change: 'unchanged' });
    writeFileSync(path, 'one\ntwo\n');
    expect(await read()).toMatchObject({ change: 'appended', lines: ['two'] });
  });

  it('is gone when it was renamed to a name that is none of its own', async () => {
    const { path, clock, read } = setUp();
    writeFileSync(path, 'one\n');
    await read();
    renameSync(path, join(dirname(path), 'b.jsonl'));
    expect(await read()).toEqual({ change: 'settling', retryInMs: 250 });
    clock.pass(250);
    expect(await read()).toEqual({ change: 'gone' });
  });

  it('that was never there is nothing to tell', async () => {
    const { path, read } = setUp();
    expect(await read()).toEqual({ change: 'unchanged' });
    writeFileSync(path, 'one\n');
    expect(await read()).toMatchObject({ lines: ['one'] });
  });
});

describe('what is refused', () => {
  it('is named, and read once it is allowed', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\n');
    renameSync(path, `${path}.kept`);
    symlinkSync(`${path}.kept`, path);
    expect(await read()).toEqual({ change: 'refused', refusal: 'symlink' });
    rmSync(path);
    renameSync(`${path}.kept`, path);
    expect(await read()).toMatchObject({ lines: ['one'] });
  });

  it('a file without read permission is unreadable until it has it', async () => {
    const { path, read } = setUp();
    writeFileSync(path, 'one\n');
    chmodSync(path, 0o000);
    expect(await withoutRoot(dirname(path), read)).toEqual({ change: 'refused', refusal: 'unreadable' });
    chmodSync(path, 0o644);
    expect(await withoutRoot(dirname(path), read)).toMatchObject({ lines: ['one'] });
  });
});

describe('a position', () => {
  it('as JSON is enough to read on, in a new process, without reading the past', async () => {
    const { path, tail, read, clock } = setUp();
    writeFileSync(path, 'one\n');
    await read();
    appendFileSync(path, 'two\n');
    const resumed = new Tail({ path, root: undefined, clock, resume: JSON.parse(JSON.stringify(tail.position())) });
    expect(await resumed.read()).toMatchObject({ change: 'appended', lines: [{ text: 'two', end: 8 }] });
  });

  it('gives the header and the lines before it as context, within a limit', async () => {
    const { path, tail, read } = setUp();
    const long = 'x'.repeat(3_000);
    writeFileSync(path, `head\none\n${long}\nthree\n`);
    await read();
    expect(await tail.context(10_000)).toEqual(['head', 'one', long, 'three']);
    expect(await tail.context(2_000)).toEqual(['head', 'three']);
    writeFileSync(path, readFileSync(path, 'utf8').replace('three', 'seven'));
    expect(await tail.context(10_000)).toEqual([]);
  });
});
