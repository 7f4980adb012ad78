// Digests in simulated time: the real digest and its sender over a chat server and a disk that are plain objects. A kill ends a life at any
// moment; what was sent may be carried out or not.

import { Digest } from '../../../../src/calls/digest/day-digest.ts';
import { DigestSender } from '../../../../src/calls/digest/digest-sender.ts';
import { localClock } from '../../../../src/calls/digest/local-day.ts';
import { timeText } from '../../../../src/config/plain-forms.ts';
import type { BoxState } from '../../../../src/core/card.ts';
import { type FoundPost, type PostDraft, PushError, type Sink } from '../../../../src/core/sink.ts';
import type { JudgedTree } from '../../../../src/core/status.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { treeOf } from '../../boxes/render/trees.ts';

export interface DigestPost extends FoundPost {
  message: string;
}

/** A turn as the world has it now. */
export interface ModelTurn {
  boxId: string;
  channelId: string;
  agentId: string;
  tokens: number;
  costUsd: number;
  findings: number;
  waitsSince?: number;
  ended?: { state: BoxState; at: number };
}

const FORGOTTEN_AFTER_MS = 15 * 60_000;

export type Weather = 'fine' | 'lost' | 'unheard' | 'hangs';

export class DigestWorld {
  now: number;
  weather: Weather = 'fine';
  readonly posts: DigestPost[] = [];
  readonly turns = new Map<string, ModelTurn>();
  readonly #disk = new Map<string, string>();
  readonly #dueMinutes: number;
  readonly #zone: string;
  #life: { digest: Digest; isDead: boolean } | undefined;

  constructor(now: string, { dueMinutes = 18 * 60, zone = 'Europe/Berlin' } = {}) {
    this.now = Date.parse(now);
    this.#dueMinutes = dueMinutes;
    this.#zone = zone;
  }

  start(): void {
    const life = { isDead: false } as { digest: Digest; isDead: boolean };
    const sender = new DigestSender({
      sink: this.#sink(life),
      clock: { now: () => this.now, monotonic: () => this.now },
      log: SILENT_PORTS.log,
      me: () => (life.isDead ? undefined : { userId: 'me' }),
      take: () => 0,
      wakeIn: () => undefined,
    });
    life.digest = new Digest(
      {
        rows: this.#rows(life),
        together: (run) => run(),
        localTime: localClock(this.#zone),
        timeText: timeText(this.#dueMinutes),
        redact: (text) => text,
        findingsOf: (boxId) => this.turns.get(boxId)?.findings ?? 0,
        send: () => void sender.send(life.digest),
      },
      this.#dueMinutes,
    );
    this.#life = life;
    for (const turn of this.known()) this.see(turn);
  }

  kill(): void {
    if (this.#life !== undefined) this.#life.isDead = true;
    this.#life = undefined;
  }

  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  /** What the board has not forgotten. */
  known(): ModelTurn[] {
    return [...this.turns.values()].filter(({ ended }) => ended === undefined || Math.abs(this.now - ended.at) < FORGOTTEN_AFTER_MS);
  }

  /** The turn is so now, and the watch sees it. */
  see(turn: ModelTurn): void {
    this.turns.set(turn.boxId, turn);
    this.#life?.digest.see({
      tree: judgedOf(turn, this.now),
      place: { channelId: turn.channelId },
      now: this.now,
    });
  }

  /** Everything there is to do at this moment is done. */
  async tick(): Promise<void> {
    this.#life?.digest.tick(this.now);
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  }

  jump(byMs: number): void {
    this.now += byMs;
    this.#life?.digest.shiftClock(byMs);
  }

  /** The newest day whose digest was made. */
  madeFor(): string | undefined {
    const stored = this.#disk.get('digest');
    return stored === undefined ? undefined : (JSON.parse(stored) as { date?: string }).date;
  }

  storedRows(): number {
    return this.#disk.size;
  }

  #rows(life: { isDead: boolean }) {
    return {
      rows: () => [...this.#disk].map(([key, text]) => ({ key, value: JSON.parse(text) as unknown })),
      put: (key: string, value: unknown) => {
        if (life.isDead) return;
        if (value === undefined) this.#disk.delete(key);
        else this.#disk.set(key, JSON.stringify(value));
      },
    };
  }

  #sink(life: { isDead: boolean }): Pick<Sink, 'create' | 'findOwn'> {
    const request = async <T>(carryOut: () => T): Promise<T> => {
      const forever = new Promise<never>(() => undefined);
      if (life.isDead) return forever;
      if (this.weather === 'lost') throw new PushError('unreachable', 'lost');
      const answer = carryOut();
      if (this.weather === 'unheard') throw new PushError('timed_out', 'unheard');
      await Promise.resolve();
      return life.isDead || this.weather === 'hangs' ? forever : answer;
    };
    return {
      create: (draft) => request(() => ({ postId: this.#create(draft) })),
      findOwn: (channelId, sinceAt) =>
        request(() => this.posts.filter(({ target, createdAt }) => target.channelId === channelId && createdAt >= sinceAt)),
    };
  }

  #create({ target, props, message }: PostDraft): string {
    const postId = `post${this.posts.length}`;
    this.posts.push({ postId, target, createdAt: this.now, meta: props['livestatus'], message: message ?? '' });
    return postId;
  }
}

function judgedOf({ boxId, agentId, tokens, costUsd, waitsSince, ended }: ModelTurn, now: number): JudgedTree {
  const usage = { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0, costUsd };
  const waiting = waitsSince === undefined ? [] : [{ waitId: 'w', on: 'approval' as const, since: waitsSince }];
  const { session, turn } = treeOf({ session: { agentId, asOf: now }, turn: { boxId, usageById: { m: usage }, waiting } });
  const status = ended === undefined ? { state: 'active' as const, final: false } : { state: ended.state, final: true, endedAt: ended.at };
  return { session, turn, childrenByKey: {}, status, holdsUntil: Number.POSITIVE_INFINITY };
}

/** The numbers of one row, by its first cell without marks. */
export function rowsOf({
  message,
}: DigestPost): Map<string, { turns: number; done: number; failed: number; tokens: number; cost: number; findings: number }> {
  const lines = message.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| agent '));
  return new Map(
    lines.map((line) => {
      const [name = '', turns, done, failed, , tokens, cost, findings] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      const number = (cell: string | undefined): number => Number((cell ?? '').replaceAll(/[,$]/g, '') || 0);
      const numbers = {
        turns: number(turns),
        done: number(done),
        failed: number(failed),
        tokens: number(tokens),
        cost: number(cost),
        findings: number(findings),
      };
      return [name.replaceAll(/[`*]/g, ''), numbers] as const;
    }),
  );
}
