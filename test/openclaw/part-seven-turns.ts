// Seven turns, one after the other, with every version: what the table of versions is made of. The last one stops the gateway.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './report.ts';
import type { TrueBox } from './recording.ts';
import type { Rig, Watching } from './gateway-rig.ts';
import type { Cell, Column } from './seven-turns-table.ts';
import {
  asks,
  asksAgain,
  boxOnceShowed,
  differencesOf,
  type Expected,
  flawsOf,
  hasSettled,
  interrupts,
  linesOf,
  textOf,
  type Turn,
} from './turn.ts';
import { until } from '../support/until.ts';

const QUIET_MS = 12_000; // longer than a turn waits for announcements of its sub-agents
const END_LIMIT_MS = 60_000; // of one turn alone on two busy cores
const DONE: Expected = { title: '[DONE] main |', tokens: true };
const ABORTED: Expected = { title: '[ABORTED] main |', lines: (truth) => truth.map((line) => line.replace('[no result]', '[ABORTED]')) };
const LOST: Expected = { title: '[LOST] source gone | main |' };

/** Nobody told how it ended, and whether: such a box is given up after ten minutes. */
const UNTOLD = 'this gateway does not tell of tools and sub-agents';
const UNKNOWN: Expected = { title: /^\[(ACTIVE|LOST)\] .*main \|/, lines: () => [UNTOLD] };

interface Judged {
  column: Column;
  turn: Turn;
  expected: Expected;
}

export async function sevenTurns(report: Report, rig: Rig): Promise<void> {
  const judged: Judged[] = [];
  const judge = async (column: Column, turn: Turn, expected: Expected): Promise<TrueBox> => {
    judged.push({ column, turn, expected });
    for (const watching of rig.watchings) await judgeOne(report, rig, watching, { column, turn, expected });
    return { title: String(expected.title), lines: linesOf(rig, turn, expected) };
  };
  const scene = (name: string, column: Column, begin: () => Promise<Turn>, expected: Expected): Promise<void> =>
    rig.scene(name, async () => [await judge(column, await begin(), expected)]);
  await scene('plain', 'plain', () => asks(rig, 'plain', 'splain'), DONE);
  await scene('tools', '5 tools, 1 fails', () => asks(rig, 'five', 'sfive'), DONE);
  await scene('spawn', 'sub-agent', () => asks(rig, 'spawn', 'sspawn'), reported(rig));
  await scene('stop', 'abort in mid-tool', () => stopped(rig), ABORTED);
  await scene('retry', '500 then ok', () => asks(rig, 'flaky', 'sflaky'), DONE);
  await rig.scene('two', async () => {
    const first = await asks(rig, 'chat', 'sfirst');
    const before = await judge('two turns', first, DONE);
    return [before, await judge('two turns', await asksAgain(rig, first, 'chat', 'ssecond'), DONE)];
  });
  await nothingChangesLater(report, rig, judged);
  const stop: Column = 'gateway stopped in mid-turn';
  await scene('cut', stop, () => cutOff(rig), rig.plan.installation.onStop === 'cut off' ? LOST : DONE);
  await rig.gateway.start();
  await rig.watchersSee();
  await rig.pluginListens();
  await rig.scene('after', async () => [await judge(stop, await asks(rig, 'chat', 'safter'), DONE)]);
  await nothingElseIsShown(report, rig, judged);
}

/** Where the parent does not go on, the words of the report are its last line. */
function reported({ plan: { installation } }: Rig): Expected {
  const { subAgentReport } = installation;
  return subAgentReport === 'the parent goes on' ? DONE : { ...DONE, lines: (truth) => [...truth, subAgentReport] };
}

/** Stopped by who asked, while a command runs. */
async function stopped(rig: Rig): Promise<Turn> {
  const turn = await asks(rig, 'endless', 'sstop');
  await toolRuns(rig, turn);
  await interrupts(rig, turn);
  return turn;
}

async function cutOff(rig: Rig): Promise<Turn> {
  const turn = await asks(rig, 'slow', 'scut');
  await toolRuns(rig, turn);
  for (const watching of rig.watchings) await boxOnceShowed(rig, watching, turn, '[ACTIVE]').catch(() => undefined); // judged later
  await rig.gateway.stop('SIGTERM');
  return turn;
}

/** The model has asked for the turn's command, which is long enough to be interrupted. */
async function toolRuns(rig: Rig, { scenario }: Turn): Promise<void> {
  await until(`a command of ${scenario} runs`, () => rig.model.asks.some((ask) => ask.scenario === scenario && ask.calls.length > 0));
  await sleep(2_000);
}

async function judgeOne(report: Report, rig: Rig, watching: Watching, { column, turn, expected }: Judged): Promise<void> {
  const row = rowOf(rig, watching);
  const told = expectedOf(rig, watching, { column, turn, expected });
  const isRight = await report.check(`${row}: ${column}, ${turn.scenario}`, async () => {
    const differences = (): string => differencesOf(rig, watching, turn, told);
    const isOver = (): boolean => differences() === '' || hasSettled(rig, watching, turn);
    await until('the box ends', isOver, { timeoutMs: END_LIMIT_MS, detail: differences });
    const flaws = differences() || flawsOf(rig, watching, turn);
    if (flaws !== '') throw new Error(flaws);
  });
  note(report, row, column, !isRight ? 'wrong' : told === UNKNOWN ? 'cannot be known' : 'right');
}

/** Also no box of one of the turns before has changed. */
async function nothingChangesLater(report: Report, rig: Rig, judged: readonly Judged[]): Promise<void> {
  await sleep(QUIET_MS);
  for (const watching of rig.watchings) {
    const row = rowOf(rig, watching);
    await report.check(`${row}: all boxes are still as they were ${QUIET_MS / 1_000} s later`, () => {
      const changed = judged
        .filter(({ column }) => report.table.get(row, column) !== 'wrong')
        .map((each) => ({ ...each, difference: differencesOf(rig, watching, each.turn, expectedOf(rig, watching, each)) }))
        .filter(({ difference }) => difference !== '');
      for (const { column } of changed) note(report, row, column, 'wrong');
      if (changed.length > 0) throw new Error(changed.map(({ difference }) => difference).join('\n\n'));
    });
  }
}

/** Nothing but the turns that were asked for has a box. */
async function nothingElseIsShown(report: Report, rig: Rig, judged: readonly Judged[]): Promise<void> {
  for (const { plan, bot } of rig.watchings) {
    await report.check(`${rig.version} ${plan.name}: nothing else has a box`, () => {
      const others = rig.room.boxesOf(bot).filter((box) => !judged.some(({ turn }) => turn.isShownBy(box)));
      if (others.length > 0) throw new Error(others.map(textOf).join('\n\n'));
    });
  }
}

/** Once wrong, a cell stays wrong. */
function note({ table }: Report, row: string, column: Column, cell: Cell): void {
  table.set(row, column, table.get(row, column) === 'wrong' ? 'wrong' : cell);
}

function rowOf(rig: Rig, { plan }: Watching): string {
  return `${rig.version} ${plan.name}`;
}

/** A gateway that tells of runs alone says nothing of what is in them, nor that one was stopped. */
function expectedOf(rig: Rig, { plan }: Watching, { column, expected }: Judged): Expected {
  if (plan.sources !== 'gateway' || rig.plan.installation.gatewayTells === 'everything') return expected;
  return column === 'abort in mid-tool' ? UNKNOWN : { ...expected, tokens: false, lines: () => [UNTOLD] };
}
