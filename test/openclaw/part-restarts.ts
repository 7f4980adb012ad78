// The gateway is stopped, and then killed, in the middle of a turn.

import type { Report } from './report.ts';
import type { Rig, Watching } from './gateway-rig.ts';
import { boxOnceShowed, boxTellsTruth, type Expected, operatorAsks, personAsks, type Turn } from './turn.ts';
import { until } from '../support/until.ts';

const TOLD_WITHIN_MS = 15_000;
const SLACK_MS = 5_000; // two noisy cores
const DONE: Expected = { title: '[DONE] main |' };
const LOST: Expected = { title: '[LOST] source gone | main |' };

export async function restartMidTurn(report: Report, rig: Rig): Promise<void> {
  const turns = await beginBoth(rig, 'term');
  await rig.gateway.stop('SIGTERM');
  await knowsThatItIsGone(report, rig);
  await comeBack(report, rig);
  await judgeBoth(report, rig, 'the gateway was restarted in mid-turn', turns, rig.plan.installation.onStop === 'ends first' ? DONE : LOST);
  await worksAgain(report, rig, 'after the restart', 'pterm-after');
}

export async function crashMidTurn(report: Report, rig: Rig): Promise<void> {
  const turns = await beginBoth(rig, 'kill');
  await rig.gateway.stop('SIGKILL');
  await knowsThatItIsGone(report, rig);
  await judgeBoth(report, rig, 'the gateway crashed in mid-turn', turns, LOST);
  await comeBack(report, rig);
  // The call died with the gateway, whatever the model is told about it.
  const lines = (truth: string[]): string[] => truth.map((line) => line.replace(/\[(OK|ERR)\]$/, '[no result]'));
  const goesOn = rig.plan.installation.afterCrash === 'goes on';
  if (goesOn) await judgeBoth(report, rig, 'the crashed turn went on after the restart, in its box', turns, { ...DONE, lines });
  await worksAgain(report, rig, 'after the crash', 'pkill-after');
  if (!goesOn) await judgeBoth(report, rig, 'the crashed turn is still lost after the restart', turns, LOST);
}

async function beginBoth(rig: Rig, name: string): Promise<Turn[]> {
  const turns = [personAsks(rig, 'slow', `p${name}`), await operatorAsks(rig, 'slow', `o${name}`)];
  for (const turn of turns) for (const watching of rig.watchings) await boxOnceShowed(rig, watching, turn, 'exec: `sleep');
  return turns;
}

async function knowsThatItIsGone(report: Report, rig: Rig): Promise<void> {
  for (const watching of gatewayWatchings(rig)) {
    const gone = async (): Promise<boolean> => (await gatewayState(watching)) !== 'readable';
    await report.check(`${rig.version} ${watching.plan.name}: /health says within 15 s that the gateway is gone`, () =>
      until('gone', gone, { timeoutMs: TOLD_WITHIN_MS }),
    );
  }
}

async function comeBack(report: Report, rig: Rig): Promise<void> {
  await rig.gateway.start();
  for (const watching of gatewayWatchings(rig)) {
    const back = async (): Promise<boolean> => (await gatewayState(watching)) === 'readable';
    await report.check(`${rig.version} ${watching.plan.name}: /health says within 15 s that the gateway is back`, () =>
      until('back', back, { timeoutMs: TOLD_WITHIN_MS + SLACK_MS }),
    );
  }
}

async function judgeBoth(report: Report, rig: Rig, name: string, turns: readonly Turn[], expected: Expected): Promise<void> {
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: ${name}`, async () => {
      for (const turn of turns) await boxTellsTruth(rig, watching, turn, expected);
    });
  }
}

async function worksAgain(report: Report, rig: Rig, when: string, scenario: string): Promise<void> {
  await rig.pluginListens();
  const turn = personAsks(rig, 'chat', scenario);
  for (const watching of rig.watchings) {
    await report.check(`${rig.version} ${watching.plan.name}: the next turn ${when}`, () =>
      boxTellsTruth(rig, watching, turn, { ...DONE, tokens: true }),
    );
  }
}

function gatewayWatchings(rig: Rig): Watching[] {
  return rig.watchings.filter(({ plan }) => plan.sources !== 'files');
}

async function gatewayState({ watcher }: Watching): Promise<string | undefined> {
  return (await watcher.health()).sources.find(({ name }) => name === 'gateway')?.state;
}
