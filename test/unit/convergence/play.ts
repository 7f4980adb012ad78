// Plays one story against the stand-in in fake time. Owns the world of the story and what the judge needs to know of it.

import { drawn } from '../../../src/boxes/publish/drawing.ts';
import type { BoxView } from '../../../src/boxes/publish/publisher-ports.ts';
import { type Config, readConfig, secretsOf } from '../../../src/config/config.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import { rendererOf } from '../../../src/app/encoding.ts';
import { SAMPLE, sampleSeed } from '../../../src/stand-in/sample-seed.ts';
import { createStandIn, type StandIn } from '../../../src/stand-in/stand-in.ts';
import { AgentSession, directTo, type Facts, type Move } from './agent.ts';
import { Disk } from './disk.ts';
import { Network } from './network.ts';
import { Operator } from './operator.ts';
import { Reference } from './reference.ts';
import type { Step, Story } from './story.ts';
import { textOf } from './texts.ts';
import { boxOf, type SentPush } from './pushes.ts';
import { Watcher } from './watcher.ts';
import { FakeClock } from '../../support/clock.ts';

const QUIET_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
export const DIRECT_KEY = 'agent:other:direct';
const ROOT_ID = 'threadroot'.padEnd(26, '0');
const MOVES_FOR_MS = 12 * 60_000; // a box that has ended takes late news for 15 min; after that a report would open another one
const ROUND_MS = 60_000;
const MAX_ROUNDS = 180;
const QUIET_ROUNDS = 3;
const SEARCH_MS = 12 * 60_000; // a channel that could not be looked through for forgotten posts is tried again after ten minutes
const REMEMBERED_MS = 250; // a watcher writes down what it knows this often

export interface Shown {
  view: BoxView;
  /** How often what was remembered had been lost by then. */
  losses: number;
  /** The last watcher that died had not written down anything of it. */
  isUnremembered: boolean;
}

export class Play {
  readonly clock: FakeClock = new FakeClock();
  readonly standIn: StandIn;
  readonly network: Network;
  readonly operator: Operator;
  readonly config: Config;
  readonly reference: Reference;
  readonly sessions: AgentSession[] = [];
  readonly pushes: SentPush[] = [];
  readonly shownByBox = new Map<string, Shown>();
  /** Boxes whose post a person deleted. */
  readonly deletedBoxes = new Set<string>();
  /** Sessions of which a watcher has read the last turn only. */
  readonly skippedKeys = new Set<string>();
  /** State directories that were deleted, and deaths before a full disk had room again. */
  losses = 0;
  /** Posts could not be edited for a while. */
  hadEditLimit = false;
  watcher: Watcher;
  lives = 0;
  #isDown = false;
  #cancelRestart = (): void => undefined;
  readonly #disk = new Disk(this.clock);

  constructor(story: Story) {
    this.config = configOf(story);
    const posts = [{ id: ROOT_ID, channel_id: SAMPLE.privateId, user_id: SAMPLE.aliceId, message: 'please' }];
    this.standIn = createStandIn({ clock: this.clock, seed: { ...sampleSeed(), posts }, version: story.version });
    this.network = new Network(this.clock, this.standIn);
    this.network.latencyMs = story.latencyMs;
    this.operator = new Operator(this.standIn, this.network);
    const { idleTimeoutMs, maxSessionDurationMs } = this.config;
    const secrets = secretsOf(this.config);
    const sketch = rendererOf(this.config, createRedactor(secrets), QUIET_LOG);
    this.reference = new Reference({ idleTimeoutMs, maxDurationMs: maxSessionDurationMs }, secrets, (tree) => sketch(tree).draw());
    this.#openSession('agent:main:public', false, { agentId: 'main', route: { kind: 'channel', channelId: SAMPLE.publicId } });
    this.#openSession('agent:main:private', false, {
      agentId: 'main',
      route: { kind: 'channel', channelId: SAMPLE.privateId, rootId: ROOT_ID },
    });
    this.#openSession(DIRECT_KEY, true, { agentId: 'other', route: directTo(SAMPLE.aliceId, SAMPLE.directId) });
    this.watcher = this.#start();
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'wait':
        return await this.clock.advance(step.ms);
      case 'move':
        return this.#move(step.session, step.move, textOf(step.text));
      case 'fault':
        return void this.standIn.faults.add({ match: MATCHES[step.on], times: step.times, fault: step.fault });
      case 'mode':
        this.network.mode = step.mode;
        return;
      case 'server':
        this.hadEditLimit ||= step.change === 'edits_limited';
        return this.operator.server(step.change);
      case 'token':
        return this.operator.token(step.change);
      case 'channel':
        return this.operator.channel(step.channel === 0 ? SAMPLE.publicId : SAMPLE.privateId, step.change);
      case 'kill':
        return await this.#kill(step.downMs, step.state);
      case 'stop':
        return this.#stop(step.downMs);
      case 'disk':
        return this.#disk.fill(step.state === 'full');
      case 'delete_post':
        return this.#deletePost(step.nth);
      default:
        return step satisfies never;
    }
  }

  /** From here on nothing breaks any more. Resolves when all is quiet; rejects when that never happens. */
  async heal(): Promise<void> {
    this.standIn.faults.clear();
    this.network.mode = 'up';
    this.#disk.fill(false);
    this.operator.server('database_up');
    this.operator.server('limit_usual');
    this.operator.server('edits_free');
    this.operator.token('enabled');
    for (const channelId of [SAMPLE.publicId, SAMPLE.privateId]) {
      this.operator.channel(channelId, 'join');
      this.operator.channel(channelId, 'restore');
    }
    for (const session of this.sessions) this.#written(Object.assign(session, { lock: 'free' }));
    if (this.losses > 0) await this.clock.advance(SEARCH_MS);
    let quietRounds = 0;
    for (let round = 0; quietRounds < QUIET_ROUNDS; round += 1) {
      if (round === MAX_ROUNDS)
        throw new Error(`not quiet after ${MAX_ROUNDS} min: ${JSON.stringify(this.watcher.parts().publisher.stats())}`);
      await this.clock.advance(ROUND_MS);
      quietRounds = !this.#isDown && this.watcher.isQuiet() ? quietRounds + 1 : 0;
    }
  }

  #start(): Watcher {
    this.lives += 1;
    this.#isDown = false;
    const watcher = new Watcher(`life${this.lives}`, {
      config: this.config,
      clock: this.clock,
      network: this.network,
      disk: this.#disk,
      tokenFile: () => this.operator.tokenFile,
      sessions: () => this.sessions,
      onShow: (view) => this.#noteShown(drawn(view)),
      onPush: (push) => void this.pushes.push(push),
      onSkipped: (key) => void this.skippedKeys.add(key),
      log: QUIET_LOG,
    });
    this.watcher = watcher;
    return watcher;
  }

  #noteShown(view: BoxView): void {
    this.shownByBox.set(view.boxId, { view, losses: this.losses, isUnremembered: false });
  }

  async #kill(downMs: number, state: 'kept' | 'deleted'): Promise<void> {
    // What was begun at this instant has begun.
    await this.clock.advance(0);
    this.watcher.kill();
    this.#died(downMs);
    if (state === 'kept') return;
    this.#disk.erase();
    this.#lost();
  }

  #lost(): void {
    this.losses += 1;
    this.network.forgetWindows();
  }

  #stop(downMs: number): void {
    if (this.#isDown) return;
    const { watcher } = this;
    const lives = this.lives;
    void watcher.leave().then(() => (lives === this.lives && !this.#isDown ? this.#died(downMs) : undefined));
  }

  #died(downMs: number): void {
    if (!this.#isDown && this.#disk.wasFullAt(this.clock.monotonic() - REMEMBERED_MS)) this.#lost();
    for (const [boxId, shown] of this.shownByBox) shown.isUnremembered = !this.#disk.names(boxId);
    this.#isDown = true;
    this.#cancelRestart();
    this.#cancelRestart = this.clock.after(downMs, () => void this.#start());
  }

  #openSession(key: string, isLocking: boolean, facts: Facts): AgentSession {
    const sessionId = `${String(this.sessions.length).repeat(8)}-0000-4000-8000-000000000000`;
    const session = new AgentSession({ key, sessionId, isLocking, facts: { ...facts, sessionId } }, this.clock);
    this.sessions.push(session);
    this.reference.read(session);
    return session;
  }

  #move(number: number, move: Move, text: string): void {
    const session = this.sessions[number];
    const isOver = this.clock.monotonic() > MOVES_FOR_MS;
    if (session === undefined || isOver) return;
    if (move.kind === 'spawn') this.#spawn(number, session, text);
    else if (move.kind === 'announce') this.#announce(number, session);
    else if (!(move.kind === 'ask' && number >= FIRST_CHILD)) act(session, move, text, this.clock.now());
    this.#written(session);
  }

  #spawn(number: number, parent: AgentSession, text: string): void {
    if (this.#childOf(number) !== undefined || number >= FIRST_CHILD) return;
    const key = `agent:main:subagent:of${number}`;
    parent.spawn(key, text.slice(0, 40));
    this.#written(parent);
    const known = number === 0 ? { parentKey: parent.key } : {};
    const child = this.#openSession(key, false, { agentId: 'main', isSubAgent: true, ...known });
    child.user('[Subagent Context] You are running as a subagent (depth 1/1).');
    this.#written(child);
  }

  #announce(number: number, parent: AgentSession): void {
    const child = this.#childOf(number);
    if (child?.hasFinished === true) parent.user(`[System Message] [sessionId: ${child.sessionId}] A subagent task just completed.`);
  }

  #childOf(number: number): AgentSession | undefined {
    return this.sessions.find((session) => session.key === `agent:main:subagent:of${number}`);
  }

  #written(session: AgentSession): void {
    this.reference.read(session);
    if (!this.#isDown) this.watcher.hint(session);
  }

  #deletePost(nth: number): void {
    const own = this.standIn.posts().filter((post) => post.user_id === SAMPLE.botId);
    const post = own[nth];
    if (post === undefined) return;
    this.deletedBoxes.add(boxOf(post.props));
    this.standIn.switches.deletePost(post.id, SAMPLE.adminId);
  }
}

const FIRST_CHILD = 3;

const MATCHES = {
  all: {},
  creates: { method: 'POST', path: /\/posts$/ },
  edits: { method: 'PUT' },
  reads: { method: 'GET', path: /\/posts\/\w+$/ },
  lists: { method: 'GET', path: /\/channels\// },
  probes: { path: /\/system\/ping/ },
};

function act(session: AgentSession, move: Exclude<Move, { kind: 'spawn' | 'announce' }>, text: string, now: number): void {
  switch (move.kind) {
    case 'ask':
      return session.ask(move.from, text);
    case 'work':
      return session.work(text, move.calls);
    case 'result':
      return session.result(move.how, text);
    case 'finish':
      return session.finish(text);
    case 'fail':
      return session.fail(text);
    case 'abort':
      return session.abort(text);
    case 'compact':
      return session.compact();
    case 'lock':
    case 'unlock':
    case 'die':
      if (session.isLocking) Object.assign(session, { lock: LOCKS[move.kind], lockedAt: now });
      return;
    default:
      return move satisfies never;
  }
}

const LOCKS = { lock: 'held', unlock: 'free', die: 'dead' } as const;

function configOf(story: Story): Config {
  const read = readConfig({
    HOME: '/nowhere',
    COORDINATOR: 'off', // its ledger is a file of this machine; nothing else of a story is
    MM_URL: 'http://localhost',
    HEALTH_PORT: '0', // a real server would answer in real time
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: '/nowhere',
    OPEN_AFTER_MS: String(story.openAfterMs),
    MAX_ACTIVE_SESSIONS: String(story.maxBoxes),
    BOX_STYLE: story.style,
  });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  return read.config;
}
