// How fast a killed watcher with many open boxes is back.

import { Conversations } from './conversations.ts';
import { createRig, seeded } from './harness.ts';
import { until } from '../support/until.ts';

export interface ResumeResult {
  sessions: number;
  /** From the start of the new process until it has read everything and watches again. */
  watchingMs: number;
  /** From then until the post of every box is known to be right again. */
  claimedMs: number;
  /** Everything that is not as it should be, in words. */
  broken: string[];
}

export async function measureResume(sessions: number): Promise<ResumeResult> {
  const rig = await createRig();
  try {
    const conversations = new Conversations(rig.writer, sessions, seeded(1));
    // With the ordinary budget of five requests a second the budget alone would be measured.
    const env = { MAX_ACTIVE_SESSIONS: String(sessions), EDITS_PER_SECOND: '100:200' };
    const first = await (await rig.watcher(env)).ready();
    conversations.beginAll();
    const detail = (): string => `${rig.boxes().length} boxes\n${first.output}`;
    await until('every session has its box', () => rig.boxes().length === sessions, { detail });
    await first.stop('SIGKILL');
    const killedAt = Date.now();
    const second = await rig.watcher(env);
    await second.says('The watcher runs');
    const watchingMs = performance.now() - second.startedAt;
    const isClaimed = (): boolean => rig.standIn.posts().every((post) => post.update_at >= killedAt);
    await until('every post is claimed', isClaimed, { detail: () => second.output });
    const claimedMs = performance.now() - second.startedAt - watchingMs;
    conversations.endAll();
    await until('every box says its end', () => rig.boxes().every(({ title }) => title.startsWith('[DONE]')), {
      detail: () => second.output,
    });
    const posts = rig.boxes().length;
    return { sessions, watchingMs, claimedMs, broken: posts === sessions ? [] : [`${sessions} sessions have ${posts} posts`] };
  } finally {
    await rig.close();
  }
}
