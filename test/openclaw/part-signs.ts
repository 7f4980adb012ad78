// Our reactions on the post that asked, in a thread that the agent has joined, start no turn: the plugin hears each of them over its websocket.

import { setTimeout as sleep } from 'node:timers/promises';
import { reactionsOf } from '../../src/stand-in/reactions.ts';
import { until } from '../support/until.ts';
import { AGENT, CHANNEL_ID } from './chat-server.ts';
import type { Rig } from './gateway-rig.ts';
import type { Report } from './report.ts';
import { agentAnswers, personAsks } from './turn.ts';

const ANSWERS = 2; // of the model in the turn that it was asked for
const LISTEN_MS = 12_000; // the plugin took at most two seconds from a post to a turn
const OURS = ['eyes', 'raised_hand', 'x', 'white_check_mark'];

/**
 * Reactions as the watchers put them, and all of ours on the person's post and on the agent's own answer. Where it lets everybody in, as here,
 * the plugin notes them for the next turn that a person starts.
 */
export async function signsStartNothing(report: Report, rig: Rig): Promise<void> {
  const turn = personAsks(rig, 'chat', 'psigns');
  const rootId = turn.rootId ?? '';
  const begunAt = rig.model.asks.length;
  const strays = (): string[] =>
    rig.model.asks.slice(begunAt + ANSWERS).map(({ scenario, script, step }) => `${script}/${scenario} ${step}`);
  const answer = () => rig.room.standIn.posts().find((post) => post.user_id === AGENT.userId && post.root_id === rootId);
  const toldAt = rig.model.told.length;
  await report.check(`${rig.version}: a reaction of ours starts no turn`, async () => {
    await agentAnswers(rig, turn, 'Here is my answer, everybody in this thread.');
    const [watching] = rig.watchings;
    if (watching === undefined) throw new Error('Nobody watches.');
    for (const postId of [rootId, answer()?.id ?? '']) react(rig, watching.bot.token, watching.bot.userId, postId);
    await sleep(LISTEN_MS);
    if (strays().length > 0) throw new Error(`the model was asked without reason: ${strays().join(', ')}`);
  });
  await report.check(`${rig.version}: the agent goes on answering people`, async () => {
    const answers = rig.room.answersIn(rootId).length;
    rig.room.say('Please work. cue:chat/pafterwards', rootId);
    await until('the agent answers again', () => rig.room.answersIn(rootId).length > answers);
    personAsks(rig, 'chat', 'pelsewhere');
    await until('the agent is asked in the channel', () => rig.model.asks.some(({ scenario }) => scenario === 'pelsewhere'));
    const lines = rig.model.told.slice(toldAt).flatMap((text) => text.match(/Mattermost reaction (?:added|removed): :\w+:/g) ?? []);
    report.note(`${rig.version}: the plugin told the model of ${new Set(lines).size} kinds of reactions in later turns`);
  });
  await report.check(`${rig.version}: the watchers put their signs on the post that asked, where they know it`, async () => {
    const known = rig.watchings.filter(({ bot }) =>
      reactionsOf(rig.room.standIn.world, rootId).some(({ user_id: by }) => by === bot.userId),
    );
    report.note(`${rig.version}: signs of ${known.map(({ plan }) => plan.name).join(', ') || 'no watcher'} in ${CHANNEL_ID}`);
    const left = reactionsOf(rig.room.standIn.world, rootId).filter(({ emoji_name: name }) => name === 'eyes');
    await until('no eyes are left', () => reactionsOf(rig.room.standIn.world, rootId).every(({ emoji_name: name }) => name !== 'eyes'), {
      detail: () => JSON.stringify(left),
    });
  });
}

function react(rig: Rig, token: string, userId: string, postId: string): void {
  for (const emoji of OURS)
    for (const [method, path, body] of [
      ['POST', '/api/v4/reactions', JSON.stringify({ user_id: userId, post_id: postId, emoji_name: emoji })],
      ['DELETE', `/api/v4/users/me/posts/${postId}/reactions/${emoji}`, ''],
      ['POST', '/api/v4/reactions', JSON.stringify({ user_id: userId, post_id: postId, emoji_name: emoji })],
      ['DELETE', `/api/v4/users/me/posts/${postId}/reactions/${emoji}`, ''],
    ] as const) {
      const { status, body: said } = rig.room.standIn.handle({ method, path, headers: { authorization: `Bearer ${token}` }, body });
      if (status !== 200) throw new Error(`The reaction was refused: ${said}`);
    }
}
