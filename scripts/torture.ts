// `npm run torture`: kills the watcher a thousand times (`-- --kills N`, `--seed N`) and prints what became of the boxes.

import { parseArgs } from 'node:util';
import { runKillLoop } from '../test/integration/kill-loop.ts';
import { measureResume } from '../test/integration/measure-resume.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: String(Date.now()) } },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];

print(`${kills} kills, seed ${seed}`);
const onKill = (count: number): void => {
  if (count % 50 === 0) print(`  ${count} kills`);
};
const loop = await runKillLoop({ kills, seed, onKill });
print(`${loop.kills} kills in ${seconds(loop.ms)}, ${loop.duringWrites} of them while a create or edit was on its way`);
print(`${loop.turns} turns, ${loop.posts} boxes; broken promises: ${loop.broken.length}`);
for (const words of loop.broken) print(`  ${words}`);

const resume = await measureResume(100);
print(
  `resume of ${resume.sessions} running sessions: watching again after ${seconds(resume.watchingMs)}, every post claimed ${seconds(resume.claimedMs)} later`,
);
for (const words of resume.broken) print(`  ${words}`);
process.exitCode = loop.broken.length + resume.broken.length === 0 ? 0 : 1;

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
