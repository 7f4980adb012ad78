// Wires what reports on turns in posts of its own: calls and digests. Asks the chat server for people and channels.

import { CallBook } from '../calls/call-book.ts';
import type { Address, CallRecord } from '../calls/call-record.ts';
import { Caller } from '../calls/caller.ts';
import { Calls } from '../calls/call-decisions.ts';
import { Digest } from '../calls/digest/day-digest.ts';
import { DigestSender } from '../calls/digest/digest-sender.ts';
import { localClock } from '../calls/digest/local-day.ts';
import { TurnWatch } from '../calls/turn-watch.ts';
import type { RequestBudget } from '../boxes/publish/request-budget.ts';
import type { Board } from '../boxes/board/board.ts';
import type { Config } from '../config/config.ts';
import { decodePerson } from '../config/name-forms.ts';
import { timeText } from '../config/plain-forms.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { SessionsByKey } from '../core/session.ts';
import { isRefusal } from '../core/sink.ts';
import type { Directory } from '../sinks/mattermost/directory.ts';
import type { PostStore } from '../store/post-store.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import type { StateStore } from '../store/state-store.ts';
import type { TwinSink } from '../takeover/twin.ts';
import { codeSpan } from '../text/neutralise.ts';
import { boardOptions } from './box-options.ts';
import type { Boxes } from './boxes.ts';
import type { Chat, Connected } from './chat.ts';

interface CallWiring {
  clock: Clock;
  log: Logger;
  redact(text: string): string;
  sessions: SessionsByKey;
  sink: TwinSink;
  budget: RequestBudget;
  board: Pick<Board, 'placeOf' | 'isWithdrawn'>;
  directory: Pick<Directory, 'nameOfPerson' | 'isDirect'>;
  posts: Pick<PostStore, 'postIdOf'>;
  facts: Pick<ImmediateRows, 'rows' | 'get' | 'put'>;
  /** Writes what `run` puts in one transaction. */
  together(run: () => void): void;
  /** How many findings of the coordinator that box shows. */
  findingsOf(boxId: string): number;
  connected(): Connected | undefined;
  startedAt: number;
  tickAt(instant: number): void;
}

const SINCE = 'calls since'; // the key of that fact

/** Where the parts of the wiring are found. */
interface CallParts extends Omit<CallWiring, 'sink' | 'budget' | 'board' | 'directory' | 'posts' | 'facts' | 'together' | 'connected'> {
  boxes: Pick<Boxes, 'twin' | 'budget' | 'board'>;
  chat: Pick<Chat, 'directory' | 'connected'>;
  state: Pick<StateStore<never>, 'posts' | 'facts' | 'together'>;
}

/** `undefined` when nothing of it is switched on. */
export function turnWatchOf(config: Config, { boxes, chat, state, ...parts }: CallParts): TurnWatch | undefined {
  const { twin: sink, budget, board } = boxes;
  const { posts, facts } = state;
  const connected = () => chat.connected();
  const together = (run: () => void): void => state.together(run);
  return watchOf(config, { ...parts, sink, budget, board, directory: chat.directory, posts, facts, together, connected });
}

function watchOf(config: Config, ports: CallWiring): TurnWatch | undefined {
  const observers = [...(config.call === 'off' ? [] : [callsOf(config, ports)]), ...digestsOf(config, ports)];
  if (observers.length === 0) return undefined;
  const { clock, sessions, board, tickAt } = ports;
  const placeOf = (boxId: string) => board.placeOf(boxId);
  const { limits } = boardOptions(config, () => false);
  return new TurnWatch({ clock, sessions, limits, placeOf, tickAt }, observers);
}

function callsOf(config: Config, ports: CallWiring): Calls {
  const { clock, log, redact, sink, board, facts, startedAt, tickAt } = ports;
  const book = new CallBook({ rows: facts, perHour: config.callsPerHour, startedAt });
  const caller = new Caller(book, {
    sink,
    clock,
    log,
    me: () => (sink.replacedBy() === undefined ? ports.connected() : undefined),
    address: (call) => addressOf(call, config, ports),
    take: (claim) => takeToken(ports, claim),
    wakeIn: (ms) => tickAt(clock.now() + ms),
  });
  const limits = { failedAfterMs: config.callFailedAfterMs, doneAfterMs: config.callDoneAfterMs };
  const isWithdrawn = (boxId: string): boolean => board.isWithdrawn(boxId);
  return new Calls({ book, redact, isWithdrawn, send: () => void caller.send() }, { ...limits, sinceAt: sinceAt(ports) });
}

function digestsOf({ digestAt }: Config, ports: CallWiring): Digest[] {
  if (digestAt === undefined) return [];
  const { clock, log, redact, sink, facts, together, findingsOf, tickAt } = ports;
  const sender = new DigestSender({
    sink,
    clock,
    log,
    me: () => (sink.replacedBy() === undefined ? ports.connected() : undefined),
    take: (claim) => takeToken(ports, claim),
    wakeIn: (ms) => tickAt(clock.now() + ms),
  });
  const send = (): void => void sender.send(digest);
  const times = { localTime: localClock(), timeText: timeText(digestAt) };
  const digest = new Digest({ rows: facts, together, redact, findingsOf, send, ...times }, digestAt);
  return [digest];
}

/** When calls were switched on first. */
function sinceAt({ facts, clock }: CallWiring): number {
  const stored = facts.get(SINCE);
  if (typeof stored === 'number') return stored;
  const now = clock.now();
  facts.put(SINCE, now);
  return now;
}

function takeToken({ budget, clock }: CallWiring, claim: 'urgent' | 'ordinary' | 'look'): number {
  const now = clock.monotonic();
  const at = budget.tokenAt(claim, now);
  if (at > now) return at - now;
  budget.take(claim, now);
  return 0;
}

/** Who is called and where. A call that nobody would notice is none, but for the line of those that were held back. */
async function addressOf(call: CallRecord, config: Config, ports: CallWiring): Promise<Address | undefined> {
  const people = await peopleFor(call, config, ports);
  const mentions = people.map((name) => `@${name} `).join('');
  const channelId = await elsewhereFor(call, ports);
  if (channelId !== undefined) return { target: { channelId }, mentions, pointer: pointerTo(call, config, ports) };
  return people.length === 0 && call.kind !== 'held' ? undefined : { target: call.place, mentions };
}

/** Who asked, as far as they are a person of whom the server knows the name; otherwise the operators. */
async function peopleFor({ asker }: CallRecord, { call, operators = [] }: Config, ports: CallWiring): Promise<readonly string[]> {
  if (call !== 'asker' || asker === undefined) return operators;
  takeToken(ports, 'look');
  const name = decodePerson((await unlessRefused(() => ports.directory.nameOfPerson(asker))) ?? '');
  return name === undefined ? operators : [name];
}

/** The channel of the operators, unless the call belongs where its box is. */
async function elsewhereFor({ isPrivate, isHome, place: { channelId } }: CallRecord, ports: CallWiring): Promise<string | undefined> {
  const operationsChannelId = ports.connected()?.operationsChannelId;
  if (operationsChannelId === undefined || operationsChannelId === channelId || isPrivate === true || isHome === true) return undefined;
  takeToken(ports, 'look');
  const isDirect = (await unlessRefused(() => ports.directory.isDirect(channelId))) ?? true;
  return isDirect ? undefined : operationsChannelId;
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The address is in a code span, because newer servers draw no links in our posts. */
function pointerTo({ boxId, place: { channelId } }: CallRecord, { mmUrl }: Config, { posts }: CallWiring): string {
  const postId = posts.postIdOf(boxId);
  const where = `In channel ${codeSpan(channelId)}`;
  return postId === undefined ? `${where}.` : `${where}: \`${mmUrl}/_redirect/pl/${postId}\``;
}
