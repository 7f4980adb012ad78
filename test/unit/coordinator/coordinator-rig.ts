// The coordinator beside the real board and renderer, in one process: real files, a clock that only passes on demand, and a
// checkpoint in memory that a killed process leaves behind as it was last stored.

import { Counters } from '../../../src/health/counters.ts';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Board } from '../../../src/boxes/board/board.ts';
import { drawn } from '../../../src/boxes/publish/drawing.ts';
import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { sketchCard } from '../../../src/boxes/render/render-card.ts';
import type { Coordinator, CoordinatorOptions, CoordinatorPorts } from '../../../src/coordinator/contract.ts';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import type { Alert, AlertOutcome } from '../../../src/coordinator/operator-alerts.ts';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import type { Role } from '../../../src/coordinator/rules/role.ts';
import type { StoredRow } from '../../../src/coordinator/stored-rows.ts';
import type { Card } from '../../../src/core/card.ts';
import { EventPath } from '../../../src/app/event-path.ts';
import type { SessionEvent, Trigger } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Logger } from '../../../src/core/log.ts';
import type { Session } from '../../../src/core/session.ts';
import { FakeClock } from '../../support/clock.ts';
import { LIMITS as RULE_LIMITS } from './rule-harness.ts';

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const ROLES: ReadonlyMap<string, Role> = new Map([
  ['main', 'primary'],
  ['reviewer', 'secondary'],
  ['auditor', 'observer'],
]);

/** What a stored transaction has of everything. */
interface Disk {
  rows: Map<string, StoredRow>;
  sessions: Map<string, Session>;
}

interface Parts {
  fold: Fold;
  board: Board;
  coordinator: Coordinator;
  path: EventPath;
}

export interface Rig {
  clock: FakeClock;
  dir: string;
  ledgerPath: string;
  cardsById: Map<string, Card>;
  alerts: Alert[];
  /** What the chat server answers to the next alerts. */
  answer: AlertOutcome;
  /** Whether another watcher has taken over. */
  isReplaced: boolean;
  /** Stores a checkpoint. */
  store(): void;
  coordinator(): Coordinator;
  board(): Board;
  fold(): Fold;
  path(): EventPath;
  apply(event: SessionEvent): void;
  /** Lets time pass in steps of half a second, with ticks and, unless `isStored` is false, a stored checkpoint each. */
  pass(seconds: number, options?: { isStored?: boolean }): Promise<void>;
  /** Ends everything without a word and starts it again from what is stored. */
  restart(): Promise<void>;
  ledger(): { action: string; detail: string; outcome: string; agent: string; mode: string }[];
  /** The lines of all boxes that show findings. */
  findings(): string[];
}

export async function startRig(dir: string, changes: Partial<CoordinatorOptions> = {}, redact = (text: string) => text): Promise<Rig> {
  const clock = new FakeClock();
  const disk: Disk = { rows: new Map(), sessions: new Map() };
  const ledgerPath = join(dir, 'audits', 'ledger.jsonl');
  mkdirSync(join(dir, 'governance'), { recursive: true });
  const parts: Partial<Parts> = {};
  const rig: Rig = {
    clock,
    dir,
    ledgerPath,
    cardsById: new Map(),
    alerts: [],
    answer: 'posted',
    isReplaced: false,
    store: () => store(rig, disk),
    board: () => known(parts.board),
    coordinator: () => known(parts.coordinator),
    fold: () => known(parts.fold),
    path: () => known(parts.path),
    apply: (event) => rig.path().apply(event),
    pass: (seconds, { isStored = true } = {}) => pass(rig, seconds, isStored),
    async restart() {
      parts.fold = new Fold();
      for (const session of disk.sessions.values()) parts.fold.restore(session, clock.now());
      parts.path = new EventPath({ tickAt: () => {}, clock, fold: parts.fold, board: rig.board, coordinator: rig.coordinator });
      parts.board = createBoard(rig, redact);
      parts.coordinator = createCoordinator({ ...portsOf(rig, disk), redact }, optionsOf(rig, changes));
      await parts.coordinator.start();
      parts.board.caughtUp();
    },
    ledger: () => (existsSync(ledgerPath) ? linesOf(ledgerPath) : []),
    findings: () => [...rig.cardsById.values()].flatMap(({ lines }) => lines.filter((line) => /\[(?:VIOLATION|NOTICE)\]/.test(line))),
  };
  await rig.restart();
  return rig;
}

function known<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the rig has not started');
  return part;
}

function createBoard(rig: Rig, redact: (text: string) => string): Board {
  return new Board(
    {
      clock: rig.clock,
      log: quiet,
      sessions: rig.fold().sessionsByKey,
      emit: (event) => rig.path().apply(event),
      tickAt: () => {},
      meter: new Counters(),
      sketch: (tree) =>
        sketchCard(tree, {
          verbosity: 'normal',
          maxLines: 15,
          labels: BUILT_IN_LABELS,
          redact,
          violations: rig.coordinator().violationsFor(tree.turn.boxId),
          remarks: rig.coordinator().remarksFor(tree.turn.boxId),
          badge: rig.coordinator().badge() ?? '',
        }),
      show: (view) => rig.cardsById.set(view.boxId, drawn(view).card),
      hurry: () => undefined,
      place: async () => ({ target: { channelId: 'town' } }),
      forget: () => true,
    },
    {
      limits: LIMITS,
      policy: {
        openAfterMs: 2_000,
        schedule: 'failures',
        allowsAgent: () => true,
        hasFindings: (boxId) => rig.coordinator().violationsFor(boxId).length > 0,
      },
      maxBoxes: 0,
    },
  );
}

function portsOf(rig: Rig, disk: Disk): Omit<CoordinatorPorts, 'redact'> {
  return {
    clock: rig.clock,
    log: quiet,
    sessions: rig.fold().sessionsByKey,
    changed: (boxIds) => rig.board().redraw(boxIds),
    async postAlert(alert) {
      if (rig.answer === 'posted') rig.alerts.push(alert);
      return rig.answer;
    },
    isReplaced: () => rig.isReplaced,
    stored: structuredClone([...disk.rows.values()]),
  };
}

function optionsOf(rig: Rig, changes: Partial<CoordinatorOptions>): CoordinatorOptions {
  return {
    roles: ROLES,
    rules: RULES.filter(({ name }) => name === 'sequence'),
    missingAfterMs: 600_000,
    ruleLimits: RULE_LIMITS,
    limits: LIMITS,
    governanceDir: join(rig.dir, 'governance'),
    ledger: { path: rig.ledgerPath, create: true },
    operators: ['alice', 'bob'],
    hasChannel: false,
    alertsPerHour: 6,
    ...changes,
  };
}

async function pass(rig: Rig, seconds: number, isStored: boolean): Promise<void> {
  for (let step = 0; step < seconds * 2; step++) {
    rig.clock.pass(500);
    rig.path().tick();
    if (isStored) rig.store();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settle(rig);
}

function store(rig: Rig, disk: Disk): void {
  for (const row of rig.coordinator().rowsToStore()) disk.rows.set(row.key, structuredClone(row));
  disk.sessions = new Map(structuredClone([...rig.fold().sessionsByKey]));
  rig.coordinator().rowsStored();
}

/** File work takes real time: lets the last tick see its outcome. */
async function settle(rig: Rig): Promise<void> {
  for (let wait = 0; wait < 3; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    rig.coordinator().tick();
  }
  rig.clock.pass(0);
}

function linesOf(path: string): ReturnType<Rig['ledger']> {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ReturnType<Rig['ledger']>[number]).filter(({ action }) => action !== 'genesis');
}

export function writeState(rig: Rig, state: object | string): void {
  writeFileSync(join(rig.dir, 'governance', 'state.json'), typeof state === 'string' ? state : JSON.stringify(state));
}

/** Lets an agent be asked in a thread; its turn runs until `answer`. */
export function asks(rig: Rig, agent: string, turn: string, trigger: Trigger, more: { rootId?: string; text?: string } = {}): void {
  const { rootId = 'root', text } = more;
  const sessionKey = keyOf(agent, rootId);
  const common = { sessionKey, at: rig.clock.now(), source: 'gateway', namesRuns: true } as const;
  rig.apply({ ...common, type: 'session_seen', agentId: agent, route: { kind: 'channel', channelId: 'town', rootId } });
  rig.apply({ ...common, type: 'turn_started', trigger, messageId: `${turn}-asked`, ...(text === undefined ? {} : { text }) });
}

export function says(
  rig: Rig,
  agent: string,
  turn: string,
  more: Partial<Extract<SessionEvent, { type: 'message' }>> = {},
  rootId = 'root',
): void {
  rig.apply({
    sessionKey: keyOf(agent, rootId),
    at: rig.clock.now(),
    source: 'gateway',
    namesRuns: true,
    type: 'message',
    messageId: `${turn}-said`,
    stop: 'stop',
    text: 'done',
    ...more,
  });
}

export function keyOf(agent: string, rootId = 'root'): string {
  return `agent:${agent}:mattermost:channel:town:thread:${rootId}`;
}

let turns = 0;

/** A whole turn, long enough for a box of its own: asked by a person, answered, settled. */
export async function turnOf(rig: Rig, agent: string, rootId = 'root'): Promise<void> {
  const turn = `turn-${turns++}`;
  asks(rig, agent, turn, { kind: 'person' }, { rootId });
  await rig.pass(3);
  says(rig, agent, turn, {}, rootId);
  await rig.pass(3);
}
