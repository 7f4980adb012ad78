// What the daemon uses of the machine and its process. Tests replace it.

import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { readSecretFile } from '../config/secret-file.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { Source } from '../core/source.ts';
import type { PublisherFacts } from '../health/health-report.ts';
import { type ProcessWatch, watchProcess } from '../health/process-facts.ts';
import { packageVersion } from '../process/package-version.ts';
import { systemClock } from '../process/system-clock.ts';
import { createHttpTransport, type HttpTransport } from '../sinks/mattermost/transport.ts';
import type { Fence } from '../sinks/resilience/fence.ts';
import { createToken, type Token } from '../sinks/resilience/token.ts';
import { type Checkpoint, openCheckpoint } from '../store/checkpoint.ts';
import type { Findings } from './coordinator-wiring.ts';
import { gatewayIdOf } from './gateway-id.ts';
import { createSources, type SourceHost, type TellingHost } from './sources.ts';

export interface Machine {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Names this process among all watchers. */
  readonly instance: string;
  /** Names our gateway among all that use the account; lasting. */
  readonly gateway: string;
  readonly checkpoint: Checkpoint;
  readonly token: Token;
  readonly transport: HttpTransport;
  readonly process: ProcessWatch;
  /** The variables by which a supervisor says how to notify it. */
  readonly env: NodeJS.ProcessEnv;
  sources(host: TellingHost): Promise<Source[]>;
  /** What several processes need that must not write to the chat server at the same time; absent for one that is alone. */
  readonly fence?: Fence;
  /** What it is to the other publishers of a fleet; absent for who is none. */
  readonly publisher?: PublisherFacts;
  /** When this process claimed its boxes, wall clock; absent: when it started. */
  readonly claimedAt?: number;
  /** Since when the turns were watched by others and their ends shown by earlier processes, wall clock; absent: only while one runs. */
  readonly watchedSince?: number;
  /** What the machines that are told of found about their agents; absent: our own coordinator judges. */
  readonly findings?: Findings;
}

/** What a process uses that talks to no chat server. */
export interface LocalMachine extends Omit<Machine, 'token' | 'transport' | 'sources'> {
  sources(host: SourceHost): Promise<Source[]>;
}

/** The real one: time, files, sockets and the sources that the configuration chose. */
export function machineOf(config: Config, log: Logger): Machine {
  const token = tokenOf(config);
  return {
    ...localMachineOf(config, log),
    token,
    transport: createHttpTransport({ baseUrl: config.mmUrl, token: () => token.current(), version: packageVersion() }),
  };
}

/** The same for a process that talks to no chat server. */
export function localMachineOf(config: Config, log: Logger): LocalMachine {
  return {
    ...watchProcess(systemClock),
    random: Math.random,
    instance: randomUUID(),
    checkpoint: openCheckpoint(config.stateDir, log), // it makes the directory
    gateway: gatewayIdOf(config, log),
    env: process.env,
    sources: (host) => createSources(config, host),
  };
}

/** The token for the chat server, read again from its file when there is one. */
export function tokenOf({ mmToken, mmTokenFile }: Config): Token {
  return mmTokenFile === undefined ? createToken(mmToken) : createToken(mmToken, () => readSecretFile(mmTokenFile));
}
