// One real gateway with its model, its chat and the watchers that look at it. Owns them all and ends them.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadDevice } from '../../src/sources/openclaw/gateway/device.ts';
import { Watcher } from '../integration/harness.ts';
import type { Installation } from './install.ts';
import { type ModelServer, serveModel } from './model-server.ts';
import { Operator } from './operator.ts';
import { RealGateway } from './real-gateway.ts';
import { Recording, type TrueBox } from './recording.ts';
import { AGENT, botNamed, OPERATOR_CHANNEL_ID, Room, type StatusBot } from './chat-server.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { inherited } from '../support/inherited.ts';

/** How one watcher is configured. */
export interface WatcherPlan {
  name: string;
  /** By their own variables, or found in OpenClaw's configuration. */
  sources: 'files' | 'gateway' | 'both' | 'found';
  env?: NodeJS.ProcessEnv;
}

export interface Watching {
  plan: WatcherPlan;
  bot: StatusBot;
  watcher: Watcher;
}

export interface RigPlan {
  installation: Installation;
  watchers: readonly WatcherPlan[];
  /** OpenClaw's own preview: its `channels.mattermost.streaming.mode`. */
  streaming: string;
  /** A folder for what was recorded. */
  record?: string | undefined;
}

/** The bots of watchers that join later. */
export const GOVERNED = 'governed';
export const HOOKED = 'hooked';
const PLUGIN_LIMIT_MS = 90_000;
const TOKEN = 'fake-token-of-the-gateway';

export class Rig {
  readonly plan: RigPlan;
  readonly gateway: RealGateway;
  readonly model: ModelServer;
  readonly room: Room;
  readonly watchings: Watching[] = [];
  readonly #folder = tempFolder('openclaw');
  readonly #guests: (() => void)[] = [];
  #operator: Operator | undefined;
  #recording: Recording | undefined;

  private constructor(plan: RigPlan, gateway: RealGateway, model: ModelServer, room: Room) {
    this.plan = plan;
    this.gateway = gateway;
    this.model = model;
    this.room = room;
  }

  get version(): string {
    return this.plan.installation.version;
  }

  /** Whether persons can ask. */
  get hasPlugin(): boolean {
    return this.plan.installation.plugin !== 'none';
  }

  /** Everything is up and connected when this resolves. `onRig` gets what is to be closed whatever happens meanwhile. */
  static async start(plan: RigPlan, progress: (words: string) => void, onRig: (rig: Rig) => void): Promise<Rig> {
    const { installation, watchers, streaming } = plan;
    const [model, room, port] = await Promise.all([
      serveModel(),
      Room.open([...watchers.map(({ name }) => name), GOVERNED, HOOKED]),
      freePort(),
    ]);
    const mattermost = { url: room.server.url, token: AGENT.token, streaming };
    const gateway = new RealGateway(installation, { port, token: TOKEN, modelUrl: model.baseUrl, mattermost });
    const rig = new Rig(plan, gateway, model, room);
    onRig(rig);
    try {
      await rig.#begin(watchers, progress);
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  async #begin(watchers: readonly WatcherPlan[], progress: (words: string) => void): Promise<void> {
    const startedAt = performance.now();
    if (this.plan.record !== undefined) this.#recording = this.#record(this.plan.record);
    await this.gateway.start();
    progress(`the gateway runs (${Math.round((performance.now() - startedAt) / 1_000)} s)`);
    await Promise.all(watchers.map((plan) => this.watch(plan)));
    await this.pluginListens();
    progress(`watching: ${watchers.map(({ name }) => name).join(', ')}`);
  }

  async watch(plan: WatcherPlan): Promise<Watching> {
    const bot = botNamed(plan.name);
    const watcher = new Watcher(await this.#environment(plan, bot), {});
    const watching = { plan, bot, watcher };
    this.watchings.push(watching);
    await watcher.ready();
    return watching;
  }

  /** Waits until the agent's plugin hears what is posted. */
  async pluginListens(): Promise<void> {
    if (!this.hasPlugin) return;
    // A gateway that has only just begun may let an operator's connection go once more.
    const connected = async (): Promise<boolean> => {
      const status = await this.operator().then((operator) => operator.call('channels.status', {}));
      return JSON.stringify(status).includes('"connected":true');
    };
    await until('the plugin is connected to Mattermost', () => connected().catch(() => false), {
      timeoutMs: PLUGIN_LIMIT_MS,
      detail: () => this.gateway.output,
    });
  }

  /** Waits until the watchers of the gateway are connected: a turn that ends before is none of theirs. */
  async watchersSee(): Promise<void> {
    for (const { plan, watcher } of this.watchings.filter(({ plan: { sources } }) => sources !== 'files')) {
      const isReadable = async (): Promise<boolean> =>
        (await watcher.health()).sources.some(({ name, state }) => name === 'gateway' && (state === 'readable' || state === 'impaired'));
      await until(`the watcher ${plan.name} is connected to the gateway`, isReadable, { detail: () => watcher.output });
    }
  }

  /** A connection that survives neither the gateway's restart nor its crash: asked for anew, it is made anew. */
  async operator(): Promise<Operator> {
    const needsDevice = this.plan.installation.operators === 'need a device';
    const device = needsDevice ? loadDevice(this.#folder) : undefined;
    if (this.#operator?.isOpen !== true) this.#operator = await Operator.connect(this.gateway.url, this.gateway.token, device);
    return this.#operator;
  }

  /** Records what a reader sees while `act` goes on, if that was asked for. `act` tells what really happened. */
  async scene(name: string, act: () => Promise<TrueBox[]>): Promise<void> {
    if (this.#recording === undefined) return void (await act());
    await this.#recording.scene(name, act);
  }

  /** Ends with the rig, however that ends. `close` is called once. */
  hosts(close: () => void): void {
    this.#guests.push(close);
  }

  async close(): Promise<void> {
    for (const { plan, watcher } of this.watchings) this.#recording?.log(plan.name, watcher.output);
    this.#recording?.close();
    this.#operator?.close();
    for (const { watcher } of this.watchings) await watcher.stop('SIGKILL');
    await this.gateway.destroy();
    for (const close of this.#guests.splice(0)) close(); // no gateway starts anything any more
    await Promise.all([this.room.close(), this.model.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #record(folder: string): Recording {
    const { url, token, stateDir, agentsDir } = this.gateway;
    const gateway = { url, token, home: join(stateDir, '..'), sessionsDir: join(agentsDir, 'main/sessions') };
    return new Recording({ folder: join(folder, `openclaw-${this.version}`), gateway, secrets: [token, AGENT.token] });
  }

  async #environment(plan: WatcherPlan, bot: StatusBot): Promise<NodeJS.ProcessEnv> {
    const folder = join(this.#folder, plan.name);
    return {
      ...inherited(),
      HOME: folder,
      MM_URL: this.room.server.url,
      MM_TOKEN: bot.token,
      STATE_DIR: join(folder, 'state'),
      PID_FILE: join(this.#folder, `${plan.name}.pid`),
      HEALTH_PORT: String(await freePort()),
      DEFAULT_CHANNEL: OPERATOR_CHANNEL_ID,
      OPEN_AFTER_MS: '0',
      CRON: 'all',
      MAX_STATUS_LINES: '60',
      LOG_LEVEL: 'debug',
      ...this.#sources(plan.sources),
      ...plan.env,
    };
  }

  #sources(sources: WatcherPlan['sources']): NodeJS.ProcessEnv {
    const files = { TRANSCRIPT_DIR: this.gateway.agentsDir };
    const gateway = { GATEWAY_URL: this.gateway.url, GATEWAY_TOKEN: this.gateway.token };
    switch (sources) {
      case 'files':
        return { SOURCES: 'files', ...files };
      case 'gateway':
        return { SOURCES: 'gateway', ...gateway };
      case 'both':
        return { SOURCES: 'both', ...files, ...gateway };
      case 'found':
        return { OPENCLAW_STATE_DIR: this.gateway.stateDir };
      default:
        return sources satisfies never;
    }
  }
}
