// Turns of persons and operators side by side, each compared with what the model asked for and what the tools answered.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './report.ts';
import type { Rig, Watching } from './gateway-rig.ts';
import { AGENT } from './chat-server.ts';
import {
  agentAnswers,
  boxesOf,
  boxOnceShowed,
  boxTellsTruth,
  type Case,
  differencesOf,
  type Expected,
  operatorAsks,
  personAsks,
  type Turn,
} from './turn.ts';
import { withoutFigures } from './expected-lines.ts';
import { until } from '../support/until.ts';

const QUIET_MS = 12_000; // longer than a turn waits for announcements of its sub-agents
const DONE: Expected = { title: '[DONE] main |', tokens: true };
const REFUSED: Expected = { title: /^\[ERROR\] .*(refuse|reject)/i };
const ABORTED: Expected = { title: '[ABORTED] main |', lines: (truth) => truth.map((line) => line.replace('[no result]', '[ABORTED]')) };

export async function turnsTellTheTruth(report: Report, rig: Rig): Promise<void> {
  const cases = await beginAll(rig);
  await interrupt(rig, cases);
  const whispered = whisper(rig);
  for (const each of cases) for (const watching of rig.watchings) await judge(report, rig, watching, each);
  await answersStandBesideBoxes(report, rig, cases);
  await whispersStayPrivate(report, rig, whispered);
  await nothingChangesLater(report, rig, cases);
}

async function beginAll(rig: Rig): Promise<Case[]> {
  return [
    { name: "a person's turn with good and bad tools", turn: personAsks(rig, 'tools', 'ptools'), expected: DONE, meanwhile: 'sleep 2` …' },
    { name: "an operator's turn with good and bad tools", turn: await operatorAsks(rig, 'tools', 'otools'), expected: DONE },
    { name: "a person's turn with a sub-agent", turn: personAsks(rig, 'spawn', 'pspawn'), expected: DONE, meanwhile: 'Sub-agent: counter' },
    { name: "an operator's turn with a sub-agent", turn: await operatorAsks(rig, 'spawn', 'ospawn'), expected: DONE },
    { name: "a person's turn with a nested sub-agent", turn: personAsks(rig, 'nest', 'pnest'), expected: DONE },
    { name: "an operator's turn with a nested sub-agent", turn: await operatorAsks(rig, 'nest', 'onest'), expected: DONE },
    { name: 'a model that refuses a person', turn: personAsks(rig, 'error', 'perror'), expected: REFUSED },
    { name: 'a model that refuses an operator after a tool', turn: await operatorAsks(rig, 'broken', 'oerror'), expected: REFUSED },
    { name: 'a model that refuses at first', turn: personAsks(rig, 'retry', 'pretry'), expected: DONE },
    { name: 'a turn that its person stops', turn: personAsks(rig, 'stream', 'pstop'), expected: ABORTED, meanwhile: '[ACTIVE]' },
    ...(await beginEndless(rig)),
  ];
}

/** Some versions let an operator abort the turns of operators only. */
async function beginEndless(rig: Rig): Promise<Case[]> {
  const abortable = { expected: ABORTED, meanwhile: '` …' };
  const own = { name: "an operator's turn that is aborted in mid-tool", turn: await operatorAsks(rig, 'endless', 'oabort'), ...abortable };
  if (rig.plan.installation.operatorAborts !== 'every turn') return [own];
  const foreign = { name: "a person's turn that an operator aborts in mid-tool", turn: personAsks(rig, 'endless', 'pabort') };
  return [own, { ...foreign, ...abortable }];
}

async function interrupt(rig: Rig, cases: readonly Case[]): Promise<void> {
  const stopped = turnOf(cases, 'pstop');
  const speaks = (): boolean => rig.model.asks.some(({ scenario, step }) => scenario === stopped.scenario && step === 1);
  await until('the model speaks', speaks, { timeoutMs: 90_000 });
  await sleep(1_500);
  rig.room.say('/stop', stopped.rootId);
  for (const { turn } of cases.filter(({ turn: { script } }) => script === 'endless')) {
    for (const watching of rig.watchings) await boxOnceShowed(rig, watching, turn, `${turn.scenario}\` …`).catch(() => undefined); // judged later
    await (await rig.operator()).abort(turn.sessionKey);
  }
}

async function judge(report: Report, rig: Rig, watching: Watching, { name, turn, expected, meanwhile }: Case): Promise<void> {
  await report.check(`${rig.version} ${watching.plan.name}: ${name}`, async () => {
    await boxTellsTruth(rig, watching, turn, withReason(expected, rig, watching, turn));
    if (meanwhile !== undefined) await boxOnceShowed(rig, watching, turn, meanwhile);
  });
}

/** The words of a failure are the gateway's own and differ by version: whatever they are, they are no call and stand at the end. */
function withReason(expected: Expected, rig: Rig, watching: Watching, turn: Turn): Expected {
  if (expected !== REFUSED) return expected;
  const reason = (truth: string[]): string[] =>
    boxesOf(rig, watching, turn)
      .flatMap(({ lines }) => withoutFigures(lines).slice(truth.length))
      .filter((line) => !/^(exec|read|write|Sub-agent)/.test(line));
  return { ...expected, lines: (truth) => [...truth, ...reason(truth)] };
}

async function answersStandBesideBoxes(report: Report, rig: Rig, cases: readonly Case[]): Promise<void> {
  await report.check(`${rig.version}: the plugin's answers stand in the threads of the boxes`, async () => {
    await agentAnswers(rig, turnOf(cases, 'ptools'), 'Two of five went wrong, as expected.');
    await agentAnswers(rig, turnOf(cases, 'pspawn'), 'The helper counted two files.');
    await agentAnswers(rig, turnOf(cases, 'pnest'), 'The lead is done.');
  });
  const { rootId = '' } = turnOf(cases, 'ptools');
  const boxes = rig.watchings.map(({ plan, bot }) => `${plan.name} ${rig.room.writesIn(rootId, bot.userId)}`);
  report.note(`${rig.version}: a turn with five calls: plugin ${rig.room.writesIn(rootId, AGENT.userId)}; ${boxes.join('; ')}`);
}

/** Its result is the scenario. */
function whisper(rig: Rig): string {
  rig.room.whisper('Between us. cue:tools/pdirect');
  return 'pdirect';
}

/** A watcher with `DIRECT=own` shows it to that person alone, as far as it is told who that is; the others not at all. */
async function whispersStayPrivate(report: Report, rig: Rig, whispered: string): Promise<void> {
  for (const watching of rig.watchings) {
    const isOwn = watching.plan.env?.['DIRECT'] === 'own' && rig.plan.installation.directLines === 'name the person';
    const boxes = () => rig.room.boxesOf(watching.bot).filter(({ lines }) => lines.some((line) => line.includes(whispered)));
    await report.check(
      `${rig.version} ${watching.plan.name}: a direct message is shown ${isOwn ? 'to its person alone' : 'nowhere'}`,
      async () => {
        await until(
          'the agent has answered',
          () => rig.model.asks.some(({ scenario, calls }) => scenario === whispered && calls.length === 0),
          { timeoutMs: 90_000 },
        );
        if (isOwn) await until('its box is done', () => boxes().some(({ title }) => title.startsWith('[DONE]')));
        const places = boxes().map(({ post }) => (rig.room.isDirect(post.channel_id) ? 'direct' : post.channel_id));
        if (places.join(' ') !== (isOwn ? 'direct' : '')) throw new Error(`shown in ${places.join(', ') || 'no channel'}`);
      },
    );
  }
}

/** No box is reopened, doubled or changed by what comes late. */
async function nothingChangesLater(report: Report, rig: Rig, cases: readonly Case[]): Promise<void> {
  await sleep(QUIET_MS);
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: all boxes are still right ${QUIET_MS / 1_000} s later`, () => {
      const all = cases.map(({ turn, expected }) => differencesOf(rig, watching, turn, withReason(expected, rig, watching, turn)));
      const changed = all.filter((difference) => difference !== '');
      if (changed.length > 0) throw new Error(changed.join('\n\n'));
    });
  }
}

function turnOf(cases: readonly Case[], scenario: string): Turn {
  const found = cases.find(({ turn }) => turn.scenario === scenario);
  if (found === undefined) throw new Error(`There is no turn ${scenario}.`);
  return found.turn;
}
