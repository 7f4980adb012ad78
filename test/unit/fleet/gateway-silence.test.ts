// Which gateways of a fleet are silent, and since when.

import { describe, expect, it } from 'vitest';
import { GatewaySilence, SILENT_AFTER_MS } from '../../../src/fleet/gateway-silence.ts';
import type { GatewayPresence } from '../../../src/fleet/gateway-presence.ts';
import { FakeClock } from '../../support/clock.ts';

const PRESENCE: GatewayPresence = { version: '1.2.3', boxes: 7, waiting: 0, epoch: 1, at: 0 };
const HOUR_MS = 3_600_000;

interface Setup {
  clock: FakeClock;
  silence: GatewaySilence;
  told: string[];
  logged: string[];
}

function setup(): Setup {
  const clock = new FakeClock();
  const told: string[] = [];
  const logged: string[] = [];
  const note = ({ gateway }: { gateway?: unknown }, sentence: string): void => void logged.push(`${String(gateway)}: ${sentence}`);
  const silence = new GatewaySilence({
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    onSilent: (gateway, since) => void told.push(`${gateway} silent for ${clock.now() - since}`),
    onHeard: (gateway) => void told.push(`${gateway} heard`),
  });
  return { clock, silence, told, logged };
}

async function passes({ clock, silence }: Setup, ms: number, present: readonly string[] = []): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    for (const gateway of present) silence.present(gateway, PRESENCE);
    await clock.advance(Math.min(10_000, ms - passed));
  }
}

describe('a gateway', () => {
  it('that says it is there is never silent, for however long', async () => {
    const scene = setup();
    scene.silence.start();
    await passes(scene, HOUR_MS, ['web-1']);
    expect(scene.told).toEqual([]);
    expect(scene.silence.gateways()).toEqual([{ gateway: 'web-1', version: '1.2.3', boxes: 7 }]);
  });

  it('that tells of turns is heard, though what it says of itself does not arrive', async () => {
    const scene = setup();
    scene.silence.start();
    for (let round = 0; round < 100; round += 1) {
      scene.silence.heard('web-1');
      await scene.clock.advance(20_000);
    }
    expect(scene.told).toEqual([]);
  });

  it('that says nothing is silent once, with one line, and the others are not', async () => {
    const scene = setup();
    scene.silence.present('web-2', PRESENCE);
    scene.silence.start();
    await passes(scene, HOUR_MS, ['web-1']);
    expect(scene.told).toEqual([`web-2 silent for ${SILENT_AFTER_MS}`]);
    expect(scene.logged).toEqual(['web-2: A gateway of the fleet is silent; its boxes say since when.']);
    const since = scene.clock.now() - HOUR_MS;
    expect(scene.silence.gateways()[1]).toEqual({ gateway: 'web-2', version: '1.2.3', boxes: 7, silentSince: since });
  });

  it('that comes back has a moment to tell its turns before those of before count', async () => {
    const scene = setup();
    scene.silence.present('web-1', PRESENCE);
    scene.silence.start();
    await passes(scene, 60_000);
    scene.told.length = 0;
    scene.silence.present('web-1', PRESENCE);
    await scene.clock.advance(2_000);
    expect(scene.told).toEqual([]);
    expect(scene.silence.gateways()[0]).not.toHaveProperty('silentSince');
    await scene.clock.advance(3_000);
    expect(scene.told).toEqual(['web-1 heard']);
    expect(scene.logged.at(-1)).toBe('web-1: A gateway of the fleet is heard again.');
  });

  it('that was silent before the start is silent at once, since what it said last', async () => {
    const scene = setup();
    await scene.clock.advance(HOUR_MS);
    scene.silence.heard('web-1', scene.clock.now() - 50_000);
    scene.silence.heard('web-1', scene.clock.now() - 240_000);
    scene.silence.start();
    expect(scene.told).toEqual(['web-1 silent for 50000']);
  });

  it('whose clock goes ahead is silent like any other', async () => {
    const scene = setup();
    scene.silence.heard('web-1', scene.clock.now() + HOUR_MS);
    scene.silence.start();
    await passes(scene, 60_000);
    expect(scene.told).toEqual([`web-1 silent for ${SILENT_AFTER_MS}`]);
  });

  it('that somebody stopped is not silent when all its boxes say so, and is when some do not', async () => {
    const scene = setup();
    scene.silence.start();
    scene.silence.present('web-1', { ...PRESENCE, stopped: true });
    scene.silence.present('web-2', { ...PRESENCE, stopped: true, waiting: 2 });
    await passes(scene, HOUR_MS);
    expect(scene.told).toEqual([`web-2 silent for ${SILENT_AFTER_MS}`]);
    expect(scene.silence.gateways()[0]).toMatchObject({ gateway: 'web-1', stopped: true });
  });

  it('says nothing more once this publisher stops', async () => {
    const scene = setup();
    scene.silence.present('web-1', PRESENCE);
    scene.silence.start();
    await scene.silence.stop();
    await passes(scene, HOUR_MS);
    expect(scene.told).toEqual([]);
  });
});

it('two watchers that have the same id are told of in the log, and a watcher that is started anew is not', async () => {
  const scene = setup();
  const { silence, clock, logged } = scene;
  silence.start();
  for (const epoch of [1, 1, 5, 5]) {
    silence.present('web-1', { ...PRESENCE, epoch });
    await clock.advance(10_000);
  }
  expect(logged).toEqual([]);
  for (const epoch of [7, 6, 7, 6, 7]) silence.present('web-2', { ...PRESENCE, epoch });
  expect(logged).toEqual(['web-2: Two watchers of the fleet have the same GATEWAY_ID; give each machine its own.']);
});
