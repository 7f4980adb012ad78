// The real daemon in this process beside the real stand-in server, with a source of agents that have no channel. Its lives share the state
// directory and what the agents did; a killed one writes, sends and hears nothing any more.

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Daemon } from '../../src/app/daemon.ts';
import { type Machine, machineOf } from '../../src/app/machine.ts';
import { portsOf } from '../../src/app/sources.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { routeList } from '../../src/config/route-form.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { SessionEvent } from '../../src/core/event.ts';
import type { Logger } from '../../src/core/log.ts';
import type { Source, SourcePorts } from '../../src/core/source.ts';
import { judgeHealth } from '../../src/health/judge-health.ts';
import type { HealthReport } from '../../src/health/health-report.ts';
import { healthFacts } from '../../src/app/health-facts.ts';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { valueOf } from '../support/decoded-form.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

export const SHOP = 'claude-code:/home/dev/shop';
const CODE = { id: 'claude-code', capabilities: { agents: 'claude-code', namesRuns: false, tellsLoss: true } } as const;

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;

export interface RoutedRig {
  standIn: StandIn;
  folder: string;
  /** What was logged by all lives. */
  log: string[];
  /** Time of all lives that start from now on is this much later. */
  later(ms: number): void;
  /** What an agent did, now or so long ago: kept for later lives, and emitted by the life that runs. */
  did(sessionKey: string, event: Bare, agoMs?: number): void;
  /** A person asks, and the session is introduced before. */
  asks(sessionKey: string, id: string, address?: string): void;
  /** The agent's last message of a turn. */
  answers(sessionKey: string, id: string): void;
  start(routes: string, env?: NodeJS.ProcessEnv): Promise<Life>;
  /** The posts of boxes by the id of their turn's question, oldest first. */
  posts(): Post[];
  /** Called when a request arrives, before it takes effect. */
  onRequest(look: (method: string, path: string) => void): void;
}

export interface Life {
  daemon: Daemon;
  health(): HealthReport;
  visibility: SourcePorts['visibility'];
  stop(): Promise<void>;
  kill(): void;
}

export async function routedRig(): Promise<RoutedRig> {
  const folder = tempFolder('routed');
  const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed() });
  let look: (method: string, path: string) => void = () => undefined;
  const arrive: StandIn['arrive'] = (request) => {
    look(request.method, request.path);
    return standIn.arrive(request);
  };
  const server = await serveStandIn({ ...standIn, arrive }, { port: 0 });
  onTestFinished(() => server.close());
  const log: string[] = [];
  const history: SessionEvent[] = [];
  let laterMs = 0;
  let current: ((event: SessionEvent) => void) | undefined;
  const did: RoutedRig['did'] = (sessionKey, bare, agoMs = 0) => {
    const event: SessionEvent = { ...bare, sessionKey, at: Date.now() + laterMs - agoMs, source: CODE.id };
    history.push(event);
    current?.(event);
  };
  const start: RoutedRig['start'] = async (routes, env = {}) => {
    let isAlive = true;
    const config = configOf(server.url, folder, routes, env);
    const logger = loggerInto(log);
    const real = machineOf(config, logger);
    const clock = mortalClock(real.clock, laterMs, () => isAlive);
    let visibility: SourcePorts['visibility'] | undefined;
    const source = (ports: SourcePorts): Source => ({
      ...CODE,
      start: async () => {
        visibility = ports.visibility;
        for (const event of history) ports.emit(event);
        current = (event) => isAlive && ports.emit(event);
      },
      stop: async () => void (current = undefined),
      health: () => ({ condition: { state: 'readable' }, wasRead: true, unknownKinds: {}, problems: {} }),
    });
    const machine: Machine = {
      ...real,
      clock,
      checkpoint: { ...real.checkpoint, write: (changes) => isAlive && real.checkpoint.write(changes) },
      transport: {
        ...real.transport,
        send: async (request) => {
          if (!isAlive) return new Promise<never>(() => undefined);
          const answer = await real.transport.send(request);
          return isAlive ? answer : new Promise<never>(() => undefined);
        },
      },
      sources: async (host) => [source(portsOf(CODE, host, [CODE]))],
    };
    const daemon = new Daemon(config, { log: logger, graceMs: 60_000, machine });
    const stop = new AbortController();
    const ended = daemon.run(stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await ended;
      isAlive = false;
    };
    const kill = (): void => {
      isAlive = false;
      current = undefined;
      real.checkpoint.close();
    };
    onTestFinished(() => (isAlive ? end() : undefined));
    await until('the watcher is connected', () => daemon.parts().chat.connected() !== undefined && visibility !== undefined);
    return {
      daemon,
      health: () => judgeHealth(healthFacts(daemon.parts())),
      visibility: (address) => visibility?.(address) ?? failed(),
      stop: end,
      kill,
    };
  };
  return {
    standIn,
    folder,
    log,
    later: (ms) => void (laterMs += ms),
    did,
    asks: (sessionKey, id, address = SHOP) => {
      did(sessionKey, { type: 'session_seen', agentId: 'claude-code', address, label: 'shop', sessionId: `${sessionKey}-a1b2` });
      did(sessionKey, { type: 'turn_started', trigger: { kind: 'person' }, messageId: id });
      did(sessionKey, { type: 'tool_started', callId: `call-${id}`, tool: 'Bash', args: { command: id } });
    },
    answers: (sessionKey, id) => {
      did(sessionKey, { type: 'tool_ended', callId: `call-${id}`, outcome: { kind: 'ok' } });
      did(sessionKey, { type: 'message', messageId: `${id}-end`, text: `answer to ${id}`, stop: 'stop' });
    },
    start,
    posts: () => standIn.posts(),
    onRequest: (next) => void (look = next),
  };
}

function failed(): never {
  throw new Error('the source has not started');
}

function configOf(url: string, folder: string, routes: string, env: NodeJS.ProcessEnv): Config {
  const result = readConfig({
    HOME: folder,
    MM_URL: url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: join(folder, 'agents'),
    STATE_DIR: join(folder, 'state'),
    PID_FILE: join(folder, 'x.pid'),
    HEALTH_PORT: '0',
    OPEN_AFTER_MS: '0',
    EDITS_PER_SECOND: '100:200',
    LOG_LEVEL: 'debug',
    ...env,
  });
  if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems));
  if (routes === '') return result.config;
  return { ...result.config, routes: valueOf(routeList(['claude-code', 'openclaw']), routes) };
}

function mortalClock(clock: Clock, laterMs: number, isAlive: () => boolean): Clock {
  return {
    now: () => clock.now() + laterMs,
    monotonic: () => clock.monotonic(),
    after: (delayMs, run) => clock.after(delayMs, () => isAlive() && run()),
  };
}

function loggerInto(lines: string[]): Logger {
  const write =
    (level: string) =>
    (fields: object, sentence: string): void =>
      void lines.push(`${level} ${sentence} ${JSON.stringify(fields)}`);
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
