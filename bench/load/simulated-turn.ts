// One turn in simulated time: the real daemon with another clock, disk and network, against the stand-in.

import { type Config, readConfig } from '../../src/config/config.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { FakeClock } from '../../test/support/clock.ts';
import { AgentSession } from '../../test/unit/convergence/agent.ts';
import { Disk } from '../../test/unit/convergence/disk.ts';
import { Network } from '../../test/unit/convergence/network.ts';
import { Watcher } from '../../test/unit/convergence/watcher.ts';
import { codeText } from './lines.ts';

const SAID_CHARS = 200;
const ignore = (): void => undefined;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** How many edits the box of such a turn takes, with one event a second and the default settings. */
export async function editsOfTurn(minutes: number): Promise<number> {
  const clock = new FakeClock();
  const facts = { agentId: 'main', route: { kind: 'channel' as const, channelId: SAMPLE.publicId } };
  const session = new AgentSession({ key: 'agent:main:long', sessionId: 'long', isLocking: false, facts }, clock);
  session.user('Please go on.');
  const { watcher, edits } = watch(clock, session);
  for (let second = 0; second < minutes * 60; second += 1) {
    if (second % 2 === 0) session.work(codeText(second, SAID_CHARS), 1);
    else session.result('ok', 'done');
    watcher.hint(session);
    await clock.advance(1_000);
  }
  watcher.kill();
  return edits();
}

function watch(clock: FakeClock, session: AgentSession): { watcher: Watcher; edits(): number } {
  const standIn = createStandIn({ clock, seed: sampleSeed() });
  let edits = 0;
  const watcher = new Watcher('bench', {
    config: defaults(),
    clock,
    network: new Network(clock, standIn),
    disk: new Disk(clock),
    tokenFile: () => SAMPLE.botToken,
    sessions: () => [session],
    onShow: ignore,
    onPush: ({ need }) => void (edits += need === 'edit' ? 1 : 0),
    onSkipped: ignore,
    log: QUIET,
  });
  return { watcher, edits: () => edits };
}

function defaults(): Config {
  const read = readConfig({
    HOME: '/nowhere',
    HEALTH_PORT: '0',
    MM_URL: 'http://localhost',
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: '/nowhere',
  });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  return read.config;
}
