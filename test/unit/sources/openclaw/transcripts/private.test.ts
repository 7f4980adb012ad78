// Every recorded transcript of both eras with its index missing, late, broken or of another install: nothing of it appears anywhere (P14).

import { setTimeout as sleep } from 'node:timers/promises';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createPlacement } from '../../../../../src/boxes/placement/placement.ts';
import { BoardHarness } from '../../../boxes/board/board-harness.ts';
import { GatewayWriter, header, line, turn } from './gateway-writer.ts';
import { watch, type Watched } from './running-transcripts.ts';
import { HOME, emptyServer } from '../../../boxes/placement/empty-server.ts';
import { FakeClock } from '../../../../support/clock.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

const VERSIONS = ['2026.2.26', '2026.7.35'] as const;
type Version = (typeof VERSIONS)[number];

const recorded = (version: Version): URL => new URL(`../../../../fixtures/openclaw-${version}/agents/main/sessions/`, import.meta.url);
const indexOf = (version: Version): string => readFileSync(new URL('sessions.json', recorded(version)), 'utf8');
const transcriptsOf = (version: Version): string[] =>
  readdirSync(recorded(version)).filter((name) => name.endsWith('.jsonl') && !name.includes('.trajectory.'));

/** A board that would show everything it may, in front of a real source over a real folder. */
async function install(): Promise<{ folder: string; desk: BoardHarness; watched: Watched }> {
  const root = tempFolderInMemory();
  const folder = join(root, 'main', 'sessions');
  mkdirSync(folder, { recursive: true });
  const clock = new FakeClock();
  const place = createPlacement(emptyServer(), HOME, clock);
  const desk = new BoardHarness({ clock, policy: { openAfterMs: 0, schedule: 'all' }, maxBoxes: 0, place });
  const watched = await watch(root, { emit: (event) => desk.path.apply(event) });
  return { folder, desk, watched };
}

async function playRecording(version: Version, { folder, watched }: { folder: string; watched: Watched }): Promise<void> {
  const names = transcriptsOf(version);
  for (const name of names) copyFileSync(new URL(name, recorded(version)), join(folder, name));
  await eventually(() => expect(watched.source.details().active).toBe(names.length));
  await sleep(2_500); // the wait for a name, and the reading after it
}

/** Sessions with a box that nothing proves to be public, or in a channel that is not theirs. */
function wronglyShown(desk: BoardHarness): string[] {
  const placed = desk.board.entries().filter(({ phase }) => phase === 'placed');
  const isPrivate = ({ sessionKey, target }: (typeof placed)[number]): boolean =>
    /:(?:direct|unindexed):/.test(sessionKey) || (target?.channelId === 'home' && sessionKey.includes(':mattermost:'));
  return placed.filter(isPrivate).map(({ sessionKey }) => sessionKey);
}

const INDEXES: readonly [what: string, before: (version: Version) => string | undefined, after?: (version: Version) => string][] = [
  ['missing', () => undefined],
  ['late', () => undefined, indexOf],
  ['broken', (version) => indexOf(version).slice(0, 5_000)],
  ['of another install', (version) => indexOf(version === '2026.2.26' ? '2026.7.35' : '2026.2.26')],
  ['an empty one', () => '{}'],
];

describe.each(VERSIONS)('the transcripts of %s', (version) => {
  it.each(INDEXES)('with an index that is %s show nothing', async (_what, before, after) => {
    const installed = await install();
    const json = before(version);
    if (json !== undefined) writeFileSync(join(installed.folder, 'sessions.json'), json);
    await playRecording(version, installed);
    if (after !== undefined) writeFileSync(join(installed.folder, 'sessions.json'), after(version));
    await sleep(after === undefined ? 0 : 1_500);
    await installed.desk.pass(30);
    expect(wronglyShown(installed.desk)).toEqual([]);
    // A machine that is busy may read the rest of a transcript under the name that came late.
    if (after === undefined) expect(installed.desk.views).toEqual([]);
    const unnamed = installed.desk.board.rows().filter(({ sessionKey }) => sessionKey.includes(':unindexed:'));
    expect(unnamed.length).toBeGreaterThan(5);
    for (const { why } of unnamed) expect(why).toContain('counts as private');
  });

  it('with their own index show what is public, and no word of what is direct', async () => {
    const installed = await install();
    writeFileSync(join(installed.folder, 'sessions.json'), indexOf(version));
    await playRecording(version, installed);
    await installed.desk.pass(30);
    const placed = installed.desk.board.entries().filter(({ phase }) => phase === 'placed');
    expect(placed.length).toBeGreaterThan(5);
    expect(placed.filter(({ target }) => target?.channelId === 'home').length).toBeGreaterThan(0);
    expect(wronglyShown(installed.desk)).toEqual([]);
  });
});

describe('a file beside the transcripts', () => {
  const ID = '00000001-0000-4000-8000-000000000001';
  const COPIES = [
    `${ID}.checkpoint.00000002-0000-4000-8000-000000000002.jsonl`,
    `${ID}.bak.jsonl`,
    `${ID} copy.jsonl`,
    `${ID}.sync-conflict-20261121-120000-ABCDEFG.jsonl`,
    `.${ID}.jsonl`,
    `${ID}.tmp.jsonl`,
    // It looks like the fork of a thread, and its session has another file.
    `2026-11-21T02-09-23-508Z_${ID}.jsonl`,
    `${ID}-topic-7.jsonl`,
  ];

  it('that is a copy of a public session is not told a second time under its name, and copies are counted by what they are', async () => {
    const { folder, desk, watched } = await install();
    const gateway = new GatewayWriter(folder);
    gateway.index('agent:main:telegram:group:1', { sessionId: ID, chatType: 'group', deliveryContext: { channel: 'telegram', to: 'x' } });
    gateway.append(ID, header(ID), turn('one'));
    await eventually(() => expect(watched.source.details().active).toBe(1));
    for (const name of COPIES) copyFileSync(join(folder, `${ID}.jsonl`), join(folder, name));
    for (const name of COPIES) writeFileSync(join(folder, name), line('user', 'private question') + line('assistant', 'private words'));
    await eventually(() => expect(watched.source.details().ignored).toEqual({ checkpoint: 1, backup: 2, sync_conflict: 1, temporary: 2 }));
    await sleep(2_500);
    await desk.pass(5);
    expect(desk.views.length).toBeGreaterThan(0);
    expect(JSON.stringify(desk.views.map(({ card }) => card))).not.toContain('private words');
  });

  it('is a session’s, whatever it is called, where an index names it', async () => {
    const { folder, desk } = await install();
    const gateway = new GatewayWriter(folder);
    gateway.index('agent:main:telegram:group:1', { sessionId: 'release-1.2', chatType: 'group' });
    gateway.append('release-1.2', header('release-1.2'), turn('one'));
    await eventually(() => expect(desk.board.entries()).toHaveLength(1));
    await desk.pass(1);
    expect(JSON.stringify(desk.views)).toContain('answer-one');
  });
});

describe('a row that vanishes', () => {
  it('takes its proof with it: the next turn of that session is private', async () => {
    const { folder, desk } = await install();
    const gateway = new GatewayWriter(folder);
    const webchat = { chatType: 'direct', lastChannel: 'webchat', deliveryContext: { channel: 'webchat' } };
    gateway.index('agent:main:main', { sessionId: 's1', ...webchat });
    gateway.append('s1', header('s1'), turn('one'));
    await eventually(() => expect(desk.board.entries()).toHaveLength(1));
    await desk.pass(1);
    expect(JSON.stringify(desk.views)).toContain('answer-one');
    gateway.unindex('agent:main:main');
    await eventually(() =>
      expect(desk.fold.sessionsByKey.get('agent:main:main')?.route).toEqual({ kind: 'elsewhere', audience: 'unknown' }),
    );
    gateway.append('s1', turn('two'));
    await eventually(() => expect(desk.board.entries()).toHaveLength(2));
    await desk.pass(5);
    expect(JSON.stringify(desk.views)).not.toContain('answer-two');
  });
});
