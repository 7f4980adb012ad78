// A real nats-server on the loopback, with JetStream in a folder of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { endedWithTests } from '../integration/process-cleanup.ts';
import { inherited } from '../support/inherited.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const ANY_PORT = -1;

/** What is to be done when the test, or whatever else uses the server, is over. */
export type AtEnd = (end: () => Promise<void>) => void;

export interface NatsServerOptions {
  /** More lines of its configuration. */
  config?: string | ((folder: string) => string);
  /** A free one by default. */
  port?: number;
  /** What its configuration names by `$`. */
  env?: NodeJS.ProcessEnv;
  atEnd?: AtEnd;
}

export class NatsServer {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #atEnd: AtEnd;
  /** Where it is reached first; at another port it is hidden from those who know only this one. */
  #port: number;
  #currentPort = ANY_PORT;
  #process: ChildProcess | undefined;

  private constructor({ config = '', port = ANY_PORT, env = {}, atEnd = onTestFinished }: NatsServerOptions) {
    this.folder = tempFolder('nats');
    this.#port = port;
    this.#env = env;
    this.#atEnd = atEnd;
    const lines = typeof config === 'string' ? config : config(this.folder);
    writeFileSync(join(this.folder, 'nats.conf'), `jetstream { store_dir: "${this.folder}/js" }\n${lines}\n`);
  }

  /** `config`: more lines of its configuration. Stopped when the test ends. */
  static async start(options: NatsServerOptions | NatsServerOptions['config'] = {}): Promise<NatsServer> {
    const server = new NatsServer(typeof options === 'object' ? options : { config: options });
    server.#atEnd(() => server.stop());
    await server.begin();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Starts it again, with what it had stored; hidden, so that a watcher finds nobody where it was. */
  async begin(where: 'here' | 'hidden' = 'here'): Promise<void> {
    const program = process.env['NATS_SERVER'] ?? 'nats-server';
    const port = where === 'here' ? this.#port : ANY_PORT;
    const server = endedWithTests(
      spawn(program, ['-c', join(this.folder, 'nats.conf'), '-a', '127.0.0.1', '-p', `${port}`], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...inherited(), ...this.#env },
      }),
    );
    let said = '';
    server.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    this.#process = server;
    await until('the nats-server is ready', () => said.includes('Server is ready'), { timeoutMs: 30_000, detail: () => said });
    this.#currentPort = Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    if (this.#port === ANY_PORT) this.#port = this.#currentPort;
  }

  /** It hangs: connections stay, and nothing is answered. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** A connection of a part of the mesh; closed when the test ends. */
  async connect(options: NodeConnectionOptions = {}): Promise<NatsConnection> {
    const connection = await connect({ servers: `127.0.0.1:${this.#currentPort}`, reconnect: false, ...options });
    this.#atEnd(() => connection.close());
    return connection;
  }
}
