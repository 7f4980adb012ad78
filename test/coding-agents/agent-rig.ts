// One real program with its scripted model, a chat and a watcher that looks at it. Owns them all and ends them.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Post } from '../../src/stand-in/post.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { Watcher } from '../integration/harness.ts';
import { type Box, botNamed, CHANNEL_ID, Room } from '../openclaw/chat-server.ts';
import { inherited } from '../support/inherited.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import type { Agent, Place } from './agent.ts';
import { type ModelServer, serveModel } from './model-server.ts';
import { endTerminals, Terminal } from './terminal.ts';

const BOT = botNamed('agents');
const PRINT_LIMIT_MS = 90_000;
const AT_PROMPT_MS = 1_500; // a program draws its prompt before it takes keys

/** What a part asked for, and the box that must come of it. */
export interface Asked {
  cue: string;
  /** The box is the one that comes after so many. */
  boxesBefore: number;
  asksBefore: number;
}

export class AgentRig {
  readonly agent: Agent;
  readonly place: Place;
  readonly model: ModelServer;
  readonly room: Room;
  readonly #program: string;
  readonly #folder: string;
  #watcher: Watcher | undefined;
  #terminal: Terminal | undefined;

  private constructor(agent: Agent, program: string, folder: string, model: ModelServer, room: Room) {
    this.agent = agent;
    this.#program = program;
    this.#folder = folder;
    this.model = model;
    this.room = room;
    this.place = { home: join(folder, 'home'), project: join(folder, 'shop'), modelUrl: model.url };
  }

  /** The watcher watches, no program runs. */
  static async start(agent: Agent, program: string, onRig: (rig: AgentRig) => void): Promise<AgentRig> {
    const folder = tempFolder(agent.source);
    const [model, room] = await Promise.all([serveModel(agent.dialect, agent.scripts), Room.open(['agents'])]);
    const rig = new AgentRig(agent, program, folder, model, room);
    onRig(rig);
    mkdirSync(rig.place.home);
    execFileSync('git', ['init', '-q', rig.place.project]);
    agent.configure(rig.place);
    await rig.#watch();
    return rig;
  }

  async #watch(): Promise<void> {
    const { home, project } = this.place;
    const env = {
      ...inherited(),
      HOME: home,
      MM_URL: this.room.server.url,
      MM_TOKEN: BOT.token,
      SOURCES: this.agent.source,
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      CODEX_HOME: join(home, '.codex'),
      ROUTES: `${this.agent.source}:${project}*=${CHANNEL_ID}+commands+texts`,
      STATE_DIR: join(this.#folder, 'state'),
      PID_FILE: join(this.#folder, 'watcher.pid'),
      HEALTH_PORT: String(await freePort()),
      OPEN_AFTER_MS: '0',
      THROTTLE_MS: '500',
      PACE: '500ms',
      EDITS_PER_SECOND: '50:100',
      MAX_STATUS_LINES: '60',
      LOG_LEVEL: 'debug',
    };
    this.#watcher = new Watcher(env, {});
    await this.#watcher.ready();
  }

  get boxes(): Box[] {
    return this.room.boxesOf(BOT);
  }

  get watcherOutput(): string {
    return this.#watcher?.output ?? '';
  }

  get terminal(): Terminal {
    if (this.#terminal === undefined) throw new Error('no program runs in a terminal');
    return this.#terminal;
  }

  /** Opens the program in a terminal and waits for its prompt. */
  async opens(args: readonly string[] = []): Promise<Terminal> {
    this.#terminal = Terminal.open(this.#server, this.place.project, this.agent.environment(this.place), [this.#program, ...args]);
    await this.#terminal.shows(this.agent.isAtPrompt);
    await new Promise((done) => void setTimeout(done, AT_PROMPT_MS));
    return this.#terminal;
  }

  /** Leaves the program as a person does. */
  async leaves(): Promise<void> {
    await this.terminal.types('/exit');
    await until('the program has ended', () => this.terminal.screen.includes('has ended'), { detail: () => this.terminal.screen });
    this.#terminal = undefined;
  }

  /** Types a prompt. */
  async asks(cue: string): Promise<Asked> {
    const asked = this.#about(cue);
    await this.terminal.types(`Please do it. #cue-${cue}`);
    await this.isAsked(asked);
    return asked;
  }

  /** Runs the program without a terminal until it ends. */
  async prints(cue: string): Promise<Asked> {
    const asked = this.#about(cue);
    const args = this.agent.printArguments(`Please do it. #cue-${cue}`);
    const env = this.agent.environment(this.place);
    const child = spawn(this.#program, args, {
      cwd: this.place.project,
      env,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: PRINT_LIMIT_MS,
    });
    await once(child, 'close');
    return asked;
  }

  /** The program with all that it started, without a word: its session in the terminal is gone at once. */
  killsProgram(): void {
    for (const pid of descendantsOf(this.terminal.pid)) kill(pid);
    this.#terminal = undefined;
  }

  #about(cue: string): Asked {
    return { cue, boxesBefore: this.boxes.length, asksBefore: this.model.asks.length };
  }

  async isAsked({ cue, asksBefore }: Asked): Promise<void> {
    const isThere = (): boolean => this.model.asks.slice(asksBefore).some((ask) => ask.cue === cue);
    await until(`the model is asked for ${cue}`, isThere, { detail: () => this.#terminal?.screen ?? '' });
  }

  boxOf({ boxesBefore }: Asked): Box | undefined {
    return this.boxes[boxesBefore];
  }

  /** Every version of the box, as text. */
  versionsOf(asked: Asked): string[] {
    const box = this.boxOf(asked);
    return box === undefined ? [] : this.room.standIn.versionsOf(box.post.id).map(({ post }: { post: Post }) => this.room.textOf(post));
  }

  /** Only the health of the watcher knows what it did not understand. */
  async unknownKinds(): Promise<string[]> {
    const { sources } = (await this.#watcher?.health()) ?? { sources: [] };
    return sources.flatMap(({ unknownKinds }) => Object.keys(unknownKinds ?? {}));
  }

  /** Never throws. */
  async close(): Promise<void> {
    endTerminals(this.#server);
    await this.#watcher?.stop('SIGKILL');
    await Promise.allSettled([this.room.close(), this.model.close()]);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #server(): string {
    return `live-status-${this.agent.source}-${process.pid}`;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its parent.
  }
}

/** A process and all below it, parents first: none sees how another one ended. */
function descendantsOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendantsOf)];
}
