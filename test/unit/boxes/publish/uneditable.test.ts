// An end whose post may not be edited any more is told in one new post that names the old one; nothing else opens a second post (P3).

import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../../src/stand-in/sample-seed.ts';
import { textOf, view } from './harness.ts';
import { CHANNEL, type Played, playedServer } from './played-server.ts';

const LIMIT_MS = 60_000;

/** A box that is older than the server's limit on edits; its post says "one". */
async function tooOld(setting: Parameters<typeof playedServer>[0] = {}, rootId?: string): Promise<Played> {
  const played = playedServer({ editTimeLimitMs: LIMIT_MS, ...setting });
  show(played, 'one', false, rootId);
  await played.clock.advance(LIMIT_MS + 5_000);
  expect(texts(played)).toEqual(['one\nline']);
  return played;
}

function show({ publisher }: Played, text: string, final = false, rootId?: string): void {
  publisher.show(view('box', text, { channelId: CHANNEL, final, ...(rootId === undefined ? {} : { rootId }) }));
}

const texts = ({ ownPosts }: Played): (string | undefined)[] => ownPosts().map((post) => textOf(post));

/** What the posts say of which post they replace. */
const replaced = ({ ownPosts }: Played): unknown[] =>
  ownPosts().map(({ props }) => (props['livestatus'] as { replaces?: string }).replaces);

describe('a post that is too old to be edited', () => {
  it('keeps what it says while the turn runs, and is told by name', async () => {
    const played = await tooOld();
    show(played, 'two');
    await played.clock.advance(600_000);
    expect(texts(played)).toEqual(['one\nline']);
    expect(played.publisher.stats().parked).toMatchObject([{ boxId: 'box', channelId: CHANNEL, reason: 'edit_expired' }]);
    expect(played.publisher.stats().parked[0]?.because).toContain('PostEditTimeLimit');
  });

  it.each([0, 1_000, 300_000])('gets its end in a new post that names it, at once, %s ms after the first refusal', async (afterMs) => {
    const played = await tooOld();
    if (afterMs > 0) show(played, 'two');
    await played.clock.advance(afterMs);
    show(played, 'end', true);
    await played.clock.advance(2_000);
    expect(texts(played)).toEqual(['one\nline', 'end\nline']);
    expect(replaced(played)).toEqual([undefined, played.ownPosts()[0]?.id]);
    await played.clock.advance(3_600_000);
    expect(texts(played)).toHaveLength(2);
    expect(played.publisher.stats()).toMatchObject({ dirty: 0, parked: [], refused: [], gone: [] });
  });

  it('does so once: an end that changes when the new post is too old as well opens no third', async () => {
    const played = await tooOld();
    show(played, 'end', true);
    await played.clock.advance(LIMIT_MS + 5_000);
    show(played, 'another end', true);
    await played.clock.advance(3_600_000);
    expect(texts(played)).toEqual(['one\nline', 'end\nline']);
    expect(played.publisher.stats().parked).toMatchObject([{ boxId: 'box', reason: 'edit_expired' }]);
  });

  it('in a thread gets its end in that thread', async () => {
    const played = playedServer({ editTimeLimitMs: LIMIT_MS });
    const root = played.postAs(SAMPLE.aliceId, 'please');
    show(played, 'one', false, root.id);
    await played.clock.advance(LIMIT_MS + 5_000);
    show(played, 'end', true, root.id);
    await played.clock.advance(5_000);
    expect(played.ownPosts().map((post) => [post.root_id, textOf(post)])).toEqual([
      [root.id, 'one\nline'],
      [root.id, 'end\nline'],
    ]);
  });

  it('is left alone once a person has deleted it, also when that happens between the refusal and the new post', async () => {
    for (const afterMs of [0, 5, 15, 25]) {
      const played = await tooOld();
      show(played, 'end', true);
      await played.clock.advance(afterMs);
      const [old] = played.ownPosts();
      if (played.ownPosts().length > 1) continue;
      played.standIn.switches.deletePost(old?.id ?? '', SAMPLE.aliceId);
      await played.clock.advance(600_000);
      expect(played.ownPosts().filter((post) => post.delete_at === 0)).toEqual([]);
      expect(played.publisher.stats().gone).toMatchObject([{ boxId: 'box', reason: 'gone' }]);
    }
  });

  it('stays alone when a person deletes the new one', async () => {
    const played = await tooOld();
    show(played, 'end', true);
    await played.clock.advance(5_000);
    played.standIn.switches.deletePost(played.ownPosts()[1]?.id ?? '', SAMPLE.aliceId);
    show(played, 'another end', true);
    await played.clock.advance(600_000);
    expect(
      played
        .ownPosts()
        .filter((post) => post.delete_at === 0)
        .map((post) => textOf(post)),
    ).toEqual(['one\nline']);
  });

  it('killed at every step, and while answers are lost, it has one successor', async () => {
    for (let killAt = 0; killAt <= 400; killAt += 5) {
      const played = await tooOld();
      if (killAt % 2 === 0) played.standIn.faults.add({ match: { method: 'POST' }, fault: { kind: 'reset', applied: true } });
      show(played, 'end', true);
      await played.clock.advance(killAt);
      if (killAt % 3 === 0) played.network.restartServer();
      await played.restart();
      show(played, 'end', true);
      await played.clock.advance(60_000);
      expect(texts(played), `killed after ${killAt} ms`).toEqual(['one\nline', 'end\nline']);
      expect(replaced(played)).toEqual([undefined, played.ownPosts()[0]?.id]);
    }
  });
});

describe('a post that the account may not edit', () => {
  it('gets its end in a new post after half a minute, since permissions come back', async () => {
    const played = playedServer();
    show(played, 'one');
    await played.clock.advance(5_000);
    played.standIn.switches.forbidEditing(true);
    show(played, 'end', true);
    await played.clock.advance(25_000);
    expect(texts(played)).toEqual(['one\nline']);
    expect(played.publisher.stats().parked).toMatchObject([{ reason: 'edit_forbidden' }]);
    await played.clock.advance(6_000);
    expect(texts(played)).toEqual(['one\nline', 'end\nline']);
  });

  it('gets it in the old one when the permission comes back in time', async () => {
    const played = playedServer();
    show(played, 'one');
    await played.clock.advance(5_000);
    played.standIn.switches.forbidEditing(true);
    show(played, 'end', true);
    await played.clock.advance(20_000);
    played.standIn.switches.forbidEditing(false);
    await played.clock.advance(10_000);
    expect(texts(played)).toEqual(['end\nline']);
  });

  it('is asked every minute while the turn runs, and its end goes out at once when that has lasted', async () => {
    const played = playedServer();
    show(played, 'one');
    await played.clock.advance(5_000);
    played.standIn.switches.forbidEditing(true);
    show(played, 'two');
    await played.clock.advance(300_000);
    expect(played.publisher.stats().parked).toMatchObject([{ reason: 'edit_forbidden' }]);
    show(played, 'end', true);
    await played.clock.advance(1_000);
    expect(texts(played)).toEqual(['one\nline', 'end\nline']);
  });
});

describe('a channel that is closed', () => {
  it.each(['archived', 'left'] as const)('(%s) never gets a second post: the end waits and goes into the old one', async (how) => {
    const played = playedServer();
    const { switches } = played.standIn;
    show(played, 'one');
    await played.clock.advance(5_000);
    if (how === 'archived') switches.archiveChannel(CHANNEL);
    else switches.removeMember(CHANNEL, SAMPLE.botId);
    show(played, 'end', true);
    await played.clock.advance(3_600_000);
    expect(played.publisher.stats().parked).toMatchObject([{ reason: how === 'archived' ? 'archived' : 'no_access' }]);
    if (how === 'archived') switches.restoreChannel(CHANNEL);
    else switches.addMember(CHANNEL, SAMPLE.botId);
    await played.clock.advance(601_000);
    expect(texts(played)).toEqual(['end\nline']);
  });

  it('is asked every minute at first, and at once when something else is written there', async () => {
    for (const neighbour of [false, true]) {
      const played = playedServer();
      show(played, 'one');
      await played.clock.advance(5_000);
      played.standIn.switches.removeMember(CHANNEL, SAMPLE.botId);
      show(played, 'end', true);
      await played.clock.advance(100_000);
      played.standIn.switches.addMember(CHANNEL, SAMPLE.botId);
      if (neighbour) played.publisher.show(view('neighbour', 'new', { channelId: CHANNEL }));
      await played.clock.advance(neighbour ? 1_000 : 61_000);
      expect(texts(played)).toContain('end\nline');
    }
  });
});
