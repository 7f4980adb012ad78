// Turns of the newest version that wait for approval, go on without their run, begin anew or begin by themselves.

import type { Report } from './report.ts';
import { CAREFUL } from './gateway-config.ts';
import type { Rig } from './gateway-rig.ts';
import { CAREFUL_CHANNEL_ID } from './chat-server.ts';
import {
  agentAnswers,
  boxOnceShowed,
  boxTellsTruth,
  type Case,
  type Expected,
  jobAsks,
  personAsks,
  personAsksAgain,
  type Turn,
} from './turn.ts';
import { until } from '../support/until.ts';

const DONE: Expected = { title: '[DONE] main |' };

export async function specialTurns(report: Report, rig: Rig): Promise<void> {
  if (rig.plan.installation.transcripts === 'files') return; // these versions tell no approvals
  const approved = personAsks(rig, 'approve', 'papprove', CAREFUL_CHANNEL_ID);
  const background = personAsks(rig, 'background', 'pbackground');
  const scheduled = await jobAsks(rig, 'job', 'pjob');
  const ended = (truth: string[]): string[] => truth.map((line) => line.replace('[OK]', '[background ended]'));
  const cases: Case[] = [
    { name: 'a turn with an approved call', turn: approved, expected: { title: `[DONE] ${CAREFUL} |` } },
    { name: 'a command that outlives its run', turn: background, expected: { ...DONE, lines: ended }, meanwhile: '[background]' },
    { name: 'a scheduled run, in the channel it reports to', turn: scheduled, expected: { title: '[DONE] main: pjob |' } },
  ];
  await approve(report, rig, approved);
  for (const each of cases) await judge(report, rig, each);
  await judge(report, rig, { name: 'the turn after /new', turn: await beginAnew(rig), expected: DONE });
}

async function approve(report: Report, rig: Rig, turn: Turn): Promise<void> {
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: a call that waits for approval says so`, () =>
      boxOnceShowed(rig, watching, turn, '[WAITING] approval'),
    );
  }
  await report.check(`${rig.version}: the operator approves`, async () => {
    const operator = await rig.operator();
    const pending = Object.values(await operator.call('exec.approval.list', {}));
    const { id } = (pending.find((entry) => JSON.stringify(entry).includes(turn.scenario)) ?? {}) as { id?: string };
    if (id === undefined) throw new Error('Nothing waits for approval.');
    await operator.call('exec.approval.resolve', { id, decision: 'allow-once' });
  });
}

/** The gateway keeps the session's id; the next turn has a box of its own in the same thread. */
async function beginAnew(rig: Rig): Promise<Turn> {
  const { rootId = '' } = await answered(rig, personAsks(rig, 'chat', 'pbefore'));
  const answers = rig.room.answersIn(rootId).length;
  rig.room.say('/new', rootId);
  await until('the agent begins anew', () => rig.room.answersIn(rootId).length > answers);
  return personAsksAgain(rig, rootId, 'chat', 'pafter');
}

async function answered(rig: Rig, turn: Turn): Promise<Turn> {
  for (const watching of rig.watchings) await boxTellsTruth(rig, watching, turn, DONE);
  await agentAnswers(rig, turn, 'Here is my answer, everybody in this thread.');
  return turn;
}

async function judge(report: Report, rig: Rig, { name, turn, expected, meanwhile }: Case): Promise<void> {
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: ${name}`, async () => {
      await boxTellsTruth(rig, watching, turn, expected);
      if (meanwhile !== undefined) await boxOnceShowed(rig, watching, turn, meanwhile);
    });
  }
}
