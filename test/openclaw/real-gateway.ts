// One real OpenClaw gateway on loopback with a scratch folder of its own. Owns its processes; knows no Mattermost rules.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewaySettings, gatewayConfig } from './gateway-config.ts';
import { type Installation, openClawEnvironment } from './install.ts';
import { Operator } from './operator.ts';

const START_LIMIT_MS = 480_000; // older versions compile their plugins first: half a minute of an idle core, minutes of a busy one
const STOP_LIMIT_MS = 60_000;
const OWN_LIMIT = 'state lease heartbeat did not become ready';
const RETRY_MS = 200;

export class RealGateway {
  readonly url: string;
  readonly token: string;
  /** As OpenClaw's own `OPENCLAW_STATE_DIR`. */
  readonly stateDir: string;
  readonly #installation: Installation;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #isDestroyed = false;

  /** Empties the home of the installation. */
  constructor(installation: Installation, settings: Omit<GatewaySettings, 'home'>) {
    installation.reset();
    this.#installation = installation;
    this.url = `ws://127.0.0.1:${settings.port}`;
    this.token = settings.token;
    this.stateDir = join(installation.home, 'state');
    mkdirSync(join(installation.home, 'workspace'));
    const config = gatewayConfig(installation, { ...settings, home: installation.home });
    writeFileSync(join(this.stateDir, 'openclaw.json'), JSON.stringify(config, null, 2), { mode: 0o600 });
    this.#log = createWriteStream(this.#logPath, { flags: 'a' });
  }

  get agentsDir(): string {
    return join(this.stateDir, 'agents');
  }

  /** What the gateway printed so far. */
  get output(): string {
    return readFileSync(this.#logPath, 'utf8');
  }

  /**
   * Starts it, with its own Node or another, and waits until an operator gets in. A gateway that gives up at its start because the machine
   * is slow (its state lease has five seconds) is started once more, as a service manager would do it.
   */
  async start(nodePath = this.#installation.nodePath): Promise<void> {
    try {
      await this.#startOnce(nodePath);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(OWN_LIMIT))) throw error;
      await this.#startOnce(nodePath);
    }
  }

  async #startOnce(nodePath: string): Promise<void> {
    if (this.#isDestroyed) throw new Error('The gateway is ended for good.');
    const { entry, home } = this.#installation;
    const env = openClawEnvironment(this.#installation);
    // A group of its own, so that nothing it started is left behind.
    const child = spawn(nodePath, [entry, 'gateway', 'run'], { cwd: home, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    this.#child = child;
    for (const deadline = performance.now() + START_LIMIT_MS; performance.now() < deadline; await sleep(RETRY_MS)) {
      if (child.exitCode !== null) throw new Error(`The gateway ended at once (exit ${child.exitCode}):\n${this.output.slice(-3_000)}`);
      const operator = await Operator.connect(this.url, this.token).catch(() => undefined);
      if (operator !== undefined) return operator.close();
    }
    throw new Error(`The gateway let nobody in for ${START_LIMIT_MS} ms:\n${this.output.slice(-3_000)}`);
  }

  /** Sends `signal` to the gateway itself and waits for its end. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const inTime = await Promise.race([ended.then(() => true), sleep(STOP_LIMIT_MS, false, { ref: false })]);
    if (!inTime) this.#killGroup();
    await ended;
  }

  /** Ends everything that it ever started. Never throws. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    await this.stop('SIGKILL');
    this.#killGroup();
    this.#log.end();
  }

  #killGroup(): void {
    try {
      if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // Nobody is left of the group.
    }
  }

  get #logPath(): string {
    return join(this.#installation.home, 'gateway.log');
  }
}
