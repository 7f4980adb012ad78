// The posts of one account that several gateways share.

import { describe, expect, it } from 'vitest';
import type { PostBody, PostDraft } from '../../../src/core/sink.ts';
import { withGateways } from '../../../src/takeover/gateway-posts.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { CHANNEL, createPosts, type Posts } from '../app/posts.ts';

const BOX = { v: 1, box: 'b' };
const DIGEST = { digest: 'town of that day' };

function setup(): { posts: Posts; sent: (PostDraft | PostBody)[]; sink: ReturnType<typeof withGateways> } {
  const posts = createPosts();
  const sent: (PostDraft | PostBody)[] = [];
  posts.create = async (draft) => {
    sent.push(draft);
    return { postId: 'new' };
  };
  posts.edit = async (_, body) => void sent.push(body);
  posts.findPinned = async () => [...posts.byId.values()];
  return { posts, sent, sink: withGateways(posts, new PostedGateways('us')) };
}

const draftOf = (livestatus: object): PostDraft => ({
  target: { channelId: CHANNEL },
  pendingPostId: 'pending',
  props: { livestatus, other: 1 },
});

describe('a post that we write', () => {
  it('names our gateway, whatever it is, from its creation on', async () => {
    const { sent, sink } = setup();
    await sink.create(draftOf(BOX));
    await sink.edit('p', { props: { livestatus: DIGEST } });
    await sink.edit('p', { props: { unmarked: 1 } });
    expect(sent.map(({ props }) => props)).toEqual([
      { livestatus: { ...BOX, gateway: 'us' }, other: 1 },
      { livestatus: { ...DIGEST, gateway: 'us' } },
      { unmarked: 1 },
    ]);
  });

  it('gets no post of another gateway from the server, though both call it alike', async () => {
    const { sent, sink } = setup();
    await sink.create(draftOf(DIGEST));
    await sink.create(draftOf(BOX));
    expect(sent.map((draft) => (draft as PostDraft).pendingPostId)).toEqual(['pending:us', 'pending']);
  });
});

it('a search finds our posts and those of 0.1, which name no gateway, and none of another gateway', async () => {
  const { posts, sink } = setup();
  posts.write('ours', { gateway: 'us' });
  posts.write('of 0.1', {});
  posts.write('theirs', { gateway: 'them' });
  for (const found of [await sink.findOwn(CHANNEL, 0), await sink.findPinned(CHANNEL)])
    expect(found.map(({ postId }) => postId)).toEqual(['ours', 'of 0.1']);
  expect((await sink.read('theirs'))?.postId).toBe('theirs');
});
