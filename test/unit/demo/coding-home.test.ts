import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodingHome } from '../../../src/demo/coding-home.ts';
import { FreshIds } from '../../../src/demo/fresh-ids.ts';
import { FreshTimes } from '../../../src/demo/fresh-times.ts';
import { type RecordedChange, readRecording } from '../../../src/demo/recording.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const { changes } = readRecording(new URL('../../../src/demo/recordings/', import.meta.url));
const RECORDED_TEXT = /2026-11-21|17952\d{8}|\/home\/dev|4242424/;

/** Plays these changes in a new home. */
function played(some: readonly RecordedChange[], rounds = 1): { home: string; text: string; files: string[] } {
  const home = tempFolder('coding-home');
  const codingHome = new CodingHome(home);
  for (let round = 0; round < rounds; round += 1) {
    const [ids, times] = [new FreshIds(), new FreshTimes(8)];
    codingHome.startRound(ids);
    for (const change of some) codingHome.change(change, ids, times);
  }
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((file) => /\.jsonl?$/.test(file));
  return { home, files, text: files.map((file) => `${file}\n${readFileSync(join(home, file), 'utf8')}`).join('\n') };
}

describe('the home of the coding agents', () => {
  it('has nothing of the recording but words: times, folders, ids and the process are those of now', () => {
    const { text, home } = played(changes.filter(({ op }) => op !== 'remove'));
    expect(JSON.stringify(changes)).toMatch(RECORDED_TEXT);
    expect(text).not.toMatch(RECORDED_TEXT);
    expect(text).toContain(`"cwd":"${join(home, 'code', 'shop')}"`);
    expect(text).toContain(`"pid":${process.pid},`);
    const times = [...text.matchAll(/"timestamp":"([^"]+)"/g)].map(([, time = '']) => Date.parse(time));
    expect(times.length).toBeGreaterThan(40);
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('says that a process waits as long ago as it was, in the time of the replay', () => {
    const waiting = changes.filter(({ content }) => content?.['status'] === 'waiting');
    const { home, files } = played(waiting);
    const state = JSON.parse(readFileSync(join(home, files[0] ?? ''), 'utf8')) as Record<string, number>;
    const { recordedAt = 0, content } = waiting[0] ?? {};
    const recorded = recordedAt - Number(content?.['startedAt']);
    expect(Math.abs((state['statusUpdatedAt'] ?? 0) - (state['startedAt'] ?? 0) - recorded / 8)).toBeLessThanOrEqual(1);
  });

  it('forgets the process at its end, and has other sessions in the next round', () => {
    const { home, files } = played(changes, 2);
    expect(existsSync(join(home, '.claude', 'sessions', `${process.pid}.json`))).toBe(false);
    expect(files.filter((file) => /\/projects\/[^/]+\/[^/]+\.jsonl$/.test(file))).toHaveLength(2);
    expect(files.filter((file) => file.startsWith('.codex/sessions/'))).toHaveLength(2);
  });
});
