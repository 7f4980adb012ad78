// Nothing that we post starts an agent's turn, in a thread that the agent has joined and answers in without being mentioned.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './report.ts';
import { GOVERNED, type Rig, type WatcherPlan } from './gateway-rig.ts';
import { CHANNEL_ID } from './chat-server.ts';
import { agentAnswers, boxesOf, boxTellsTruth, personAsks } from './turn.ts';
import { until } from '../support/until.ts';

const ANSWERS = 2; // of the model in the turn that it was asked for
const LISTEN_MS = 12_000; // the plugin took at most two seconds from a post to a turn

/** A watcher that tells operators: an observer that acts is a violation. */
const GOVERNED_WATCHER: WatcherPlan = {
  name: GOVERNED,
  sources: 'gateway',
  env: { BOX_STYLE: 'message', COORDINATOR_ROLES: 'main=observer', OPERATORS: 'alice' },
};

export async function nothingLoops(report: Report, rig: Rig): Promise<void> {
  const governed = await rig.watch(GOVERNED_WATCHER);
  const turn = personAsks(rig, 'chat', 'ploop');
  const begunAt = rig.model.asks.length;
  const strays = (): string[] =>
    rig.model.asks.slice(begunAt + ANSWERS).map(({ scenario, script, step }) => `${script}/${scenario} ${step}`);
  const styles = (): string[] =>
    rig.watchings.flatMap((watching) =>
      boxesOf(rig, watching, turn).map(({ post }) => ('attachments' in post.props ? 'attachment' : 'message')),
    );
  const notices = () =>
    rig.room.boxesOf(governed.bot).filter(({ post }) => post.root_id === turn.rootId && post.message.includes('@alice'));
  await report.check(`${rig.version}: boxes in both styles and a notice for the operator start no turn`, async () => {
    await agentAnswers(rig, turn, 'Here is my answer, everybody in this thread.');
    for (const watching of rig.watchings.filter((each) => each !== governed))
      await boxTellsTruth(rig, watching, turn, { title: '[DONE] main |' });
    await until('the operator is told', () => notices().length === 1, { detail: () => governed.watcher.output });
    await sleep(LISTEN_MS);
    const seen = new Set(styles());
    if (!seen.has('attachment') || !seen.has('message')) throw new Error(`only boxes as ${[...seen].join(', ')} were there`);
    if (strays().length > 0) throw new Error(`the model was asked without reason: ${strays().join(', ')}`);
  });
  await report.check(`${rig.version}: the same words as an ordinary post of the same bot do start one`, async () => {
    rig.room.post(governed.bot.token, CHANNEL_ID, 'exec: `sleep 3` [OK]', turn.rootId ?? '');
    await until('the agent answers the bot', () => strays().length > 0);
  });
  await governed.watcher.stop('SIGTERM');
  rig.watchings.splice(rig.watchings.indexOf(governed), 1);
}
