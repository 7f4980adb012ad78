// Turns of the newest version that wait, are spoken to, go on without their run, begin anew or begin by themselves.

import { until } from '../integration/harness.ts';
import type { Report } from './report.ts';
import { CAREFUL } from './gateway-config.ts';
import type { Rig } from './rig.ts';
import { CAREFUL_CHANNEL_ID } from './room.ts';
import { agentAnswers, boxOnceShowed, boxTellsTruth, type Expected, jobAsks, personAsks, personAsksAgain, type Turn } from './turn.ts';

const DONE: Expected = { title: '[DONE] main |' };

export async function specialTurns(report: Report, rig: Rig): Promise<void> {
  if (rig.version === '2026.7.35') return;
  const approved = personAsks(rig, 'approve', 'papprove', CAREFUL_CHANNEL_ID);
  const steered = personAsks(rig, 'slow', 'psteer');
  const background = personAsks(rig, 'background', 'pbackground');
  const scheduled = await jobAsks(rig, 'job', 'pjob');
  await judgeSteered(report, rig, steered);
  await judgeApproval(report, rig, approved);
  const left: Expected = { ...DONE, lines: (truth) => truth.map((line) => line.replace('[OK]', '[background ended]')) };
  await judge(report, rig, 'a command that outlives its run', background, left, '[background]');
  await judge(report, rig, 'a scheduled run, in the channel it reports to', scheduled, { title: '[DONE] main: pjob |' });
  await judgeNew(report, rig);
}

async function judgeApproval(report: Report, rig: Rig, turn: Turn): Promise<void> {
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: a call that waits for approval says so`, () =>
      boxOnceShowed(rig, watching, turn, '[WAITING] approval'),
    );
  }
  await report.check(`${rig.version}: the operator approves`, () => approve(rig, turn));
  await judge(report, rig, 'a turn with an approved call', turn, { title: `[DONE] ${CAREFUL} |` });
}

async function approve(rig: Rig, { scenario }: Turn): Promise<void> {
  const operator = await rig.operator();
  const pending = Object.values(await operator.call('exec.approval.list', {})).find((entry) => JSON.stringify(entry).includes(scenario));
  const { id } = (pending ?? {}) as { id?: string };
  if (id === undefined) throw new Error('Nothing waits for approval.');
  await operator.call('exec.approval.resolve', { id, decision: 'allow-once' });
}

/** What a person adds in mid-turn goes into the same turn. */
async function judgeSteered(report: Report, rig: Rig, turn: Turn): Promise<void> {
  for (const watching of rig.watchings) await boxOnceShowed(rig, watching, turn, 'exec: `sleep').catch(() => undefined); // judged later
  rig.room.say('By the way, take your time.', turn.rootId);
  await judge(report, rig, 'a turn whose person adds something', turn, DONE);
}

/** The gateway keeps the session's id; the next turn has a box of its own in the same thread. */
async function judgeNew(report: Report, rig: Rig): Promise<void> {
  const before = personAsks(rig, 'chat', 'pbefore');
  for (const watching of rig.watchings) await boxTellsTruth(rig, watching, before, DONE);
  await agentAnswers(rig, before, 'Here is my answer, everybody in this thread.');
  const answers = rig.room.answersIn(before.rootId ?? '').length;
  rig.room.say('/new', before.rootId);
  await until('the agent begins anew', () => rig.room.answersIn(before.rootId ?? '').length > answers);
  const after = personAsksAgain(rig, before.rootId ?? '', 'chat', 'pafter');
  await judge(report, rig, 'the turn after /new', after, DONE);
}

async function judge(report: Report, rig: Rig, name: string, turn: Turn, expected: Expected, meanwhile?: string): Promise<void> {
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: ${name}`, async () => {
      await boxTellsTruth(rig, watching, turn, expected);
      if (meanwhile !== undefined) await boxOnceShowed(rig, watching, turn, meanwhile);
    });
  }
}
