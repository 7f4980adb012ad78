// A person asks an agent in a channel of the stand-in: the post, and the line that OpenClaw 2026.2 writes of it.

import { reactionsOf } from '../../src/stand-in/reactions.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { insertPost } from '../../src/stand-in/write-posts.ts';
import type { Rig } from './harness.ts';

/** A conversation of its own, numbered. */
export interface Asked {
  sessionId: string;
  postId: string;
}

/** Alice writes in the channel, and the agent begins. */
export function ask(rig: Rig, count: number, { channelId = SAMPLE.publicId, isDirect = false } = {}): Asked {
  const sessionId = `5b3f3a52-0000-4000-8000-${String(count).padStart(12, '0')}`;
  const { id: postId } = insertPost(rig.standIn.world, {
    user_id: SAMPLE.aliceId,
    channel_id: channelId,
    message: `@bot question ${count}`,
  });
  const key = isDirect ? `agent:main:mattermost:direct:${SAMPLE.aliceId}` : `agent:main:mattermost:channel:${channelId}:thread:${postId}`;
  rig.writer.session(key, { sessionId });
  const info = { message_id: postId, sender_id: SAMPLE.aliceId, is_group_chat: !isDirect };
  rig.writer.user(
    sessionId,
    `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify(info)}\n\`\`\`\n\n@bot question ${count}`,
  );
  return { sessionId, postId };
}

/** The reactions of our bot on the post, by name. */
export function signsOn({ standIn }: Rig, postId: string): string[] {
  return reactionsOf(standIn.world, postId).flatMap(({ user_id: by, emoji_name: name }) => (by === SAMPLE.botId ? [name] : []));
}

/** The requests that put a reaction on a post or took one away, in order of arrival. */
export function reactionRequests({ standIn }: Rig): string[] {
  return standIn.requests.flatMap(({ method, path }) => (/\/reactions(\/|$)/.test(path) && method !== 'GET' ? [method] : []));
}
