// A day of many sessions in simulated time. Pure but for what it computes: the same options give the same figures.

import type { Config } from '../../src/config/config.ts';
import { AgentSession, type Habits } from './agents.ts';
import { createBoxes, type Boxes } from './boxes.ts';
import { chanceOf } from './chance.ts';
import { SimulatedClock } from './clock.ts';
import { type Figures, Records } from './records.ts';
import { simulatedSink } from './sink.ts';

export interface Scene extends Habits {
  sessions: number;
  channels: number;
  agents: number;
  hours: number;
  latencyMs: number;
  seed: number;
}

const HOUR_MS = 3_600_000;
const LOOK_MS = 10_000;
const DRAIN_MS = 15 * 60_000; // after the last step all that is owed is sent
const nowhere = { save: (): void => undefined, drop: (): void => undefined, together: (run: () => void): void => run() };

export async function simulate(config: Config, scene: Scene, tell: (hour: number) => void = () => undefined): Promise<Figures> {
  const clock = new SimulatedClock();
  const records = new Records(clock);
  const chance = chanceOf(scene.seed);
  const sink = simulatedSink(clock, chanceOf(scene.seed + 1), scene.latencyMs);
  const channelByKey = new Map<string, string>();
  const channelOf = (key: string): string => channelByKey.get(key) ?? '';
  const boxes = createBoxes(config, { clock, random: () => chance.next(), sink, log: records.log(), posts: nowhere, channelOf });
  const agents = agentsOf(scene, clock, boxes, records);
  for (const { key, channelId } of agents) channelByKey.set(key, channelId);
  for (const { session } of agents) session.start();
  for (let hour = 1; hour <= scene.hours; hour += 1) {
    await watch(clock, HOUR_MS, () => records.looked(boxes.stats().oldestDirtyAgeMs));
    tell(hour);
  }
  for (const { session } of agents) session.leave();
  await clock.advance(DRAIN_MS);
  const workedMs = new Map(agents.map(({ key, session }) => [key, session.workedMs]));
  return records.figures(workedMs, config.openAfterMs, config.boxStyle);
}

async function watch(clock: SimulatedClock, ms: number, look: () => void): Promise<void> {
  for (let done = 0; done < ms; done += LOOK_MS) {
    await clock.advance(LOOK_MS);
    look();
  }
}

interface Agent {
  key: string;
  channelId: string;
  session: AgentSession;
}

/** Session by session the next channel and the next agent. */
function agentsOf(scene: Scene, clock: SimulatedClock, boxes: Boxes, records: Records): Agent[] {
  const ports = {
    clock,
    emit: boxes.apply,
    began: ({ key }: AgentSession) => records.began(boxes.boxOf(key), key),
    asked: ({ key }: AgentSession) => records.asked(boxes.boxOf(key)),
    answered: ({ key }: AgentSession) => records.answered(boxes.boxOf(key)),
    ended: ({ key }: AgentSession) => records.ended(boxes.boxOf(key)),
  };
  return Array.from({ length: scene.sessions }, (_none, number) => {
    const who = { key: `session ${number}`, agentId: `agent${number % scene.agents}`, channelId: `channel${number % scene.channels}` };
    return { ...who, session: new AgentSession(who, scene, chanceOf(scene.seed + 1_000 * (number + 1)), ports) };
  });
}
