// What has to hold at the end of every story. Reads the server's history; believes nothing the watcher says of itself.

import { expect } from 'vitest';
import { encoderOf } from '../../../src/app/encoding.ts';
import { type Card, firstVersion } from '../../../src/core/card.ts';
import { decodeMeta, type LiveStatusMeta } from '../../../src/boxes/publish/post-meta.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import type { Post } from '../../../src/stand-in/post.ts';
import { harmsOf } from '../boxes/render/judges/harms.ts';
import { DIRECT_KEY, type Play } from './play.ts';
import { boxOf } from './pushes.ts';
import type { ReferenceBox } from './reference.ts';
import { CANARIES } from './texts.ts';

/** Throws when a promise is broken. */
export function judge(play: Play): void {
  const postsByBox = ownPostsByBox(play);
  expect(play.network.insideWindows, 'requests inside a waiting time').toEqual([]);
  expect(play.watcher.parts().twin.replacedBy(), 'a dead process was taken for a twin').toBeUndefined();
  expectOnePost(play, postsByBox);
  expectShown(play, postsByBox);
  expectOpen(play, postsByBox);
  expectTrue(play, postsByBox);
  expectThrottled(play);
  expectHarmless(play);
}

/** Without the posts that could not be edited any more and name another one as theirs: each box may have one. */
function ownPostsByBox({ standIn, hadEditLimit }: Play): Map<string, Post[]> {
  const own = [...standIn.world.rows.values()].filter((post) => post.user_id === SAMPLE.botId && post.original_id === '');
  const replacing = own.filter((post) => replacedBy(post) !== undefined);
  for (const [boxId, posts] of Map.groupBy(replacing, (post) => boxOf(post.props)))
    expect(posts.length, `posts that replace another one of ${boxId}`).toBeLessThanOrEqual(hadEditLimit ? 1 : 0);
  const replaced = new Set(replacing.map(replacedBy));
  return Map.groupBy(
    own.filter(({ id }) => !replaced.has(id)),
    (post) => boxOf(post.props),
  );
}

function replacedBy(post: Post): string | undefined {
  return decodeMeta(post.props['livestatus'])?.replaces;
}

function livePost(posts: readonly Post[] | undefined): Post | undefined {
  return posts?.find((post) => post.delete_at === 0);
}

function isOpen(post: Post | undefined): boolean {
  return decodeMeta(post?.props['livestatus'])?.open === true;
}

/** Exactly one post for every box that was ever opened; one that a person deleted before we knew of it may come once more. */
function expectOnePost(play: Play, postsByBox: ReadonlyMap<string, Post[]>): void {
  for (const [boxId, posts] of postsByBox) {
    const live = posts.filter((post) => post.delete_at === 0);
    expect(live.length, `live posts of ${boxId}`).toBeLessThanOrEqual(1);
    if (!play.deletedBoxes.has(boxId)) expect(posts.length, `posts of ${boxId}`).toBe(1);
  }
}

/** Every post says what its box was last drawn as. */
function expectShown(play: Play, postsByBox: ReadonlyMap<string, Post[]>): void {
  for (const [boxId, { view, losses, isUnremembered }] of play.shownByBox) {
    const post = livePost(postsByBox.get(boxId));
    if (play.deletedBoxes.has(boxId) || waitsForSlot(play, boxId)) continue;
    // A watcher that remembers nothing does not know of turns that are over or not the last of their session.
    if (losses < play.losses || (post === undefined && isUnremembered)) continue;
    expect(post, `no post of ${boxId}, which was drawn as ${view.card.title}`).toBeDefined();
    if (post !== undefined) expectSays(play, post, view.card, `${boxId} as it was last drawn`);
  }
}

function waitsForSlot({ watcher }: Play, boxId: string): boolean {
  return watcher
    .parts()
    .board.entries()
    .some((entry) => entry.boxId === boxId && !entry.holdsSlot && !entry.final);
}

/** The post of a turn that goes on does not say that anything ended, whoever was stopped or killed meanwhile. */
function expectOpen(play: Play, postsByBox: ReadonlyMap<string, Post[]>): void {
  const now = play.clock.now();
  for (const [boxId, box] of play.reference.boxes()) {
    const post = livePost(postsByBox.get(boxId));
    const isForeign = box.sessionKey === DIRECT_KEY || play.skippedKeys.has(box.sessionKey) || waitsForSlot(play, boxId);
    if (post !== undefined && !isForeign && box.isOpen(now)) expect(isOpen(post), `${boxId} goes on, and its post does not`).toBe(true);
  }
}

/** Every box that is over says what its transcript says, as if nothing had ever failed. */
function expectTrue(play: Play, postsByBox: ReadonlyMap<string, Post[]>): void {
  const now = play.clock.now();
  for (const [boxId, box] of play.reference.boxes()) {
    const card = box.finalCard(now);
    const session = play.sessions.find(({ key }) => key === box.sessionKey);
    const shown = play.shownByBox.get(boxId);
    if (card === undefined || session === undefined || session.isLocking || play.deletedBoxes.has(boxId)) continue;
    // Where nothing is remembered the last turn is read again, without the turns that reports and late results of it may belong to.
    if (play.skippedKeys.has(box.sessionKey)) continue;
    const post = livePost(postsByBox.get(boxId));
    expect(isOpen(post), `${boxId} is over, and its post is left open`).toBe(false);
    if (isDue(play, box)) expect(shown, `${boxId} was never opened`).toBeDefined();
    // Of what nobody remembers no post is owed where none was made.
    if (post === undefined && (shown === undefined || shown.losses < play.losses || shown.isUnremembered)) continue;
    expect(post, `no post of ${boxId}, which is over`).toBeDefined();
    if (post !== undefined) expectSays(play, post, card, `${boxId} as its transcript says`);
  }
}

/** Nobody could miss it: the watcher lived all the time, and turns like this one get a box whatever becomes of them. */
function isDue({ lives, config }: Play, { sessionKey, trigger }: ReferenceBox): boolean {
  const isOrdinary = trigger === 'unknown' || trigger === 'person' || trigger === 'operator';
  return lives === 1 && config.openAfterMs === 0 && isOrdinary && sessionKey !== DIRECT_KEY;
}

/** A post that was never edited still says the state in the form of a new post: nothing is sent only to change that. */
function expectSays(play: Play, post: Post, card: Card, what: string): void {
  const [ordinary, ...shrunken] = bodiesOf(play, post.edit_at === 0 ? firstVersion(card) : card, replacedBy(post));
  const said = bodyOf(post);
  if (!shrunken.includes(said)) expect(said, what).toBe(ordinary);
}

/** The content of a card as ordinary and as shrunken posts. */
function bodiesOf({ config }: Play, card: Card, replaces: string | undefined): string[] {
  const known = replaces === undefined ? {} : { replaces };
  const meta: LiveStatusMeta = { v: 1, box: '', session: '', runs: [], start: 0, open: true, seq: 0, instance: '', claimedAt: 0, ...known };
  const encode = encoderOf(config, () => undefined);
  return ([0, 1, 2] as const).map((shrink) => bodyOf(encode(card, meta, shrink)));
}

function bodyOf({ message, props }: { message?: string; props: Record<string, unknown> }): string {
  const [attachment] = (props['attachments'] ?? []) as { color: string; title: string; fallback: string; fields: { value: string }[] }[];
  if (attachment === undefined) return message ?? '';
  const { color, title, fallback, fields } = attachment;
  return [color, title, fallback, ...fields.map((field) => field.value)].join('\n');
}

/** No two edits of one box that the server took or may have taken were sent closer to each other than the throttle. */
function expectThrottled({ pushes, config }: Play): void {
  const taken = pushes.filter((push) => push.outcome !== 'refused');
  for (const [boxId, ofBox] of Map.groupBy(taken, (push) => push.boxId)) {
    for (const [index, push] of ofBox.entries()) {
      const before = ofBox[index - 1];
      // A repeated create gives the post of the first one, as it is.
      if (before !== undefined && push.need === 'edit')
        expect(push.at - before.at, `distance of two pushes of ${boxId}`).toBeGreaterThanOrEqual(config.throttleMs);
    }
  }
}

const HARMLESS_BEFORE = new Set<string>();

/** Nothing that was ever posted has a secret in it, and nothing of it pings, links or breaks out. */
function expectHarmless({ standIn }: Play): void {
  for (const versions of standIn.world.versionsByPost.values()) {
    for (const { post } of versions) if (post.user_id === SAMPLE.botId) expectHarmlessPost(post);
  }
}

function expectHarmlessPost(post: Post): void {
  const text = bodyOf(post);
  if (HARMLESS_BEFORE.has(text)) return;
  HARMLESS_BEFORE.add(text);
  const whole = JSON.stringify(post);
  for (const canary of [...CANARIES, SAMPLE.botToken]) {
    if (whole.includes(canary.slice(-12)) || whole.includes(canary)) throw new Error(`a secret in a post: ${whole}`);
  }
  expect(harmsOf(text.replace(/^#\w+\n/, '')), text).toEqual([]);
}
