// A bad line between the real process and the stand-in. In the end every box must say the truth, in one post.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaultProxy, type FaultProxy, type Toxic } from './fault-proxy.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { until } from '../support/until.ts';

let rig: Rig;
let proxy: FaultProxy;
let watcher: Watcher;
let agents: [OneAgent, OneAgent, OneAgent];

beforeEach(async () => {
  rig = await createRig();
  proxy = await createFaultProxy(rig.server.url);
  watcher = await (await rig.watcher({ MM_URL: proxy.url, CIRCUIT_BREAKER_COOLDOWN_S: '2' })).ready();
  agents = [new OneAgent(rig.writer, 'a'), new OneAgent(rig.writer, 'b'), new OneAgent(rig.writer, 'c')];
});
afterEach(async () => {
  await rig.close();
  await proxy.close();
});

async function shows(mark: string, title: '[ACTIVE]' | '[DONE]'): Promise<void> {
  await until(`${mark} is ${title}`, () => rig.boxes().some((box) => box.title.startsWith(title) && box.text.includes(mark)), {
    detail: () => `${JSON.stringify(rig.boxes())}\n${watcher.output}`,
  });
}

/** Waits for every last word and for a healthy watcher; then gives the turn that each post speaks of. */
async function turnsOfPosts(marks: readonly string[]): Promise<(string | undefined)[]> {
  for (const mark of marks) await shows(`finished ${mark}`, '[DONE]');
  await until('health is well', async () => (await watcher.health()).status === 'ok', { detail: () => watcher.output });
  await until('nothing is left to do', async () => (await watcher.health()).boxes.dirty === 0);
  return rig
    .boxes()
    .map(({ text }) => marks.find((mark) => text.includes(mark)))
    .toSorted();
}

const SLOW: [string, Toxic][] = [
  ['is slow to deliver', { kind: 'latency', ms: 300, jitterMs: 400 }],
  ['is narrow', { kind: 'bandwidth', bytesPerSecond: 8_000 }],
  ['is slow to close', { kind: 'slow_close', ms: 2_000 }],
  ['delivers in slices', { kind: 'slice', bytes: 60, gapMs: 10 }],
];

describe('a line that', () => {
  it.each(SLOW)('%s only makes boxes late', async (_name, toxic) => {
    const [first, second, third] = agents;
    const marks = [first.begin()];
    await shows(first.mark, '[ACTIVE]');
    await proxy.suffer(toxic);
    marks.push(second.begin(), third.begin());
    for (const agent of [second, third]) await shows(agent.mark, '[ACTIVE]');
    for (const agent of agents) agent.end();
    for (const mark of marks) await shows(`finished ${mark}`, '[DONE]');
    // The server closes connections, so that a slow end is one, too.
    if (toxic.kind === 'slow_close') await rig.server.down().then(() => rig.server.up());
    await until('the line was bad', () => proxy.hits() > 0);
    marks.push(first.begin());
    await shows(first.mark, '[ACTIVE]');
    first.end();
    expect(await turnsOfPosts(marks)).toEqual(marks.toSorted());
  });

  const BROKEN: [string, Toxic][] = [
    ['is cut', { kind: 'down' }],
    ['swallows everything and closes', { kind: 'timeout', ms: 2_000 }],
    ['swallows everything for longer than anyone waits', { kind: 'timeout', ms: 60_000 }],
    ['is reset under each request', { kind: 'reset', ms: 20, answers: false }],
    ['is reset under each answer', { kind: 'reset', ms: 20, answers: true }],
    ['closes in the middle of requests', { kind: 'limit', bytes: 500 }],
    ['closes at the first byte', { kind: 'limit', bytes: 0 }],
  ];

  it.each(BROKEN)('%s is said in health, and once it is mended nothing is lost or double', async (_name, toxic) => {
    const [first, second, third] = agents;
    const marks = [first.begin()];
    await shows(first.mark, '[ACTIVE]');
    await proxy.suffer(toxic);
    marks.push(second.begin()); // a post is to be made
    first.step(); // one is to be changed
    first.end(); // and has to say its end
    await until('health tells', async () => (await watcher.health()).sink.reach === 'failing', { detail: () => watcher.output });
    marks.push(third.begin());
    second.step();
    third.end(); // begun and ended without a line
    await until('the line was bad', () => toxic.kind === 'down' || proxy.hits() > 2);
    await proxy.suffer(undefined);
    second.end();
    expect(await turnsOfPosts(marks)).toEqual(marks.toSorted());
  });

  it('is cut while no box changes is said in health within 15 s', async () => {
    await until('health is well', async () => (await watcher.health()).status === 'ok', { detail: () => watcher.output });
    await proxy.suffer({ kind: 'down' });
    const cutAt = performance.now();
    await until('health tells', async () => (await watcher.health()).sink.reach === 'failing', { detail: () => watcher.output });
    expect(performance.now() - cutAt).toBeLessThan(15_000);
  });
});
