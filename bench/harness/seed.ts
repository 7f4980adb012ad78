// The team that the measured sessions write in: the sample's, with ten more public channels.

import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import type { Seed } from '../../src/stand-in/world.ts';

export const CHANNELS = 10;
const ID_CHARS = 26;

export function channelOf(number: number): string {
  return `benchchannel${number % CHANNELS}`.padEnd(ID_CHARS, 'x');
}

export function benchSeed(): Seed {
  const seed = sampleSeed();
  const memberIds = [SAMPLE.botId, SAMPLE.otherBotId, SAMPLE.aliceId];
  const channels = Array.from({ length: CHANNELS }, (_none, number) => {
    return { id: channelOf(number), name: `bench-${number}`, type: 'O' as const, memberIds };
  });
  return { ...seed, channels: [...seed.channels, ...channels] };
}
