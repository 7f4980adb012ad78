// Wires what reports on turns in posts of its own: calls. Asks the chat server for people and channels.

import { CallBook } from '../calls/call-book.ts';
import type { Address, CallRecord } from '../calls/call-record.ts';
import { Caller } from '../calls/caller.ts';
import { Calls } from '../calls/call-decisions.ts';
import { TurnWatch } from '../calls/turn-watch.ts';
import type { RequestBudget } from '../boxes/publish/request-budget.ts';
import type { Board } from '../boxes/board/board.ts';
import type { Config } from '../config/config.ts';
import { decodePerson } from '../config/name-forms.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { SessionsByKey } from '../core/session.ts';
import { isRefusal } from '../core/sink.ts';
import type { Directory } from '../sinks/mattermost/directory.ts';
import type { PostStore } from '../store/post-store.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import type { TwinSink } from '../takeover/twin.ts';
import { codeSpan } from '../text/neutralise.ts';
import { boardOptions } from './box-options.ts';
import type { Connected } from './chat.ts';

export interface CallWiring {
  clock: Clock;
  log: Logger;
  redact(text: string): string;
  sessions: SessionsByKey;
  sink: TwinSink;
  budget: RequestBudget;
  board: Pick<Board, 'placeOf'>;
  directory: Pick<Directory, 'nameOfPerson' | 'isDirect'>;
  posts: Pick<PostStore, 'postIdOf'>;
  facts: Pick<ImmediateRows, 'rows' | 'get' | 'put'>;
  connected(): Connected | undefined;
  startedAt: number;
  tickAt(instant: number): void;
}

const SINCE = 'calls since'; // the key of that fact

/** `undefined` when `CALL` is off. */
export function turnWatchOf(config: Config, ports: CallWiring): TurnWatch | undefined {
  if (config.call === 'off') return undefined;
  const { clock, sessions, board, posts, tickAt } = ports;
  const placeOf = (boxId: string) => {
    const target = board.placeOf(boxId);
    const postId = posts.postIdOf(boxId);
    return target === undefined ? undefined : { target, ...(postId === undefined ? {} : { postId }) };
  };
  const { limits } = boardOptions(config, () => false);
  return new TurnWatch({ clock, sessions, limits, placeOf, tickAt }, [callsOf(config, ports)]);
}

function callsOf(config: Config, ports: CallWiring): Calls {
  const { clock, log, redact, sink, facts, startedAt, tickAt } = ports;
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
  return new Calls({ book, redact, send: () => void caller.send() }, { ...limits, sinceAt: sinceAt(ports) });
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
async function elsewhereFor({ isPrivate, place: { channelId } }: CallRecord, ports: CallWiring): Promise<string | undefined> {
  const operationsChannelId = ports.connected()?.operationsChannelId;
  if (operationsChannelId === undefined || operationsChannelId === channelId || isPrivate === true) return undefined;
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
