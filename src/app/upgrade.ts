// Takes over what a watcher remembered that called public whatever was not known to be private (LS-18). Nothing of that is believed
// before it is proven: such turns wait for their route, their open posts get no more text, and the operator is told once.

import type { Board } from '../boxes/board/board.ts';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { PostRecord } from '../core/post-record.ts';
import type { Publisher } from '../boxes/publish/publisher-ports.ts';
import { withdrawnCard } from '../boxes/board/withdrawn.ts';
import type { Card } from '../core/card.ts';
import type { Clock } from '../core/clock.ts';
import type { Route } from '../core/event.ts';
import type { Fold } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { Session, Turn } from '../core/session.ts';
import { routeOf } from '../sources/openclaw/decoding/route.ts';
import { formOf } from '../sources/openclaw/decoding/session-key.ts';
import type { StateStore } from '../store/state-store.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import type { StoredSession } from '../store/session-store.ts';
import { codeSpan } from '../text/neutralise.ts';

/**
 * `older`: a watcher wrote this that took for public what was not known to be private. `untold`: it was taken over, and the operator
 * was not told yet. `told`: there is nothing to tell.
 */
type PrivacyNotice = 'older' | 'untold' | 'told';

const PRIVACY = 'private unless proven public'; // the key of that fact

function privacyNotice(facts: ImmediateRows, isFirst: boolean): PrivacyNotice {
  const stored = facts.get(PRIVACY);
  if (stored === 'told' || stored === 'untold') return stored;
  return isFirst ? 'told' : 'older';
}

/** A session as it was stored, with no more than what its key proves where it was stored by an older rule. */
function withProvenRoutes(stored: StoredSession<BoxEntry>): StoredSession<BoxEntry> {
  const { session } = stored;
  if (session.routesBySource !== undefined || !hasRoute(session)) return stored;
  const { route: _route, ...bare } = session;
  const proven = provenRoute(session);
  const turns = session.turns.map(({ route, ...turn }): Turn => withRoute(turn, isSame(route, proven) ? proven : undefined));
  return { ...stored, session: withRoute({ ...bare, turns }, proven) };
}

/** A version whose sessions did not say who told of them knew OpenClaw alone, and read in its keys what sessions say by themselves now. */
function withOwnFacts(stored: StoredSession<BoxEntry>): StoredSession<BoxEntry> {
  const { session } = stored;
  if (session.toldBy !== undefined) return stored;
  return { ...stored, session: { ...session, ...formOf(session.key), toldBy: ['transcripts', 'gateway'] } };
}

function hasRoute({ route, turns }: Session): boolean {
  return route !== undefined || turns.some((turn) => turn.route !== undefined);
}

/** A route that the key names by itself stays true; all others may have been those of another moment. */
function provenRoute({ key }: Session): Route | undefined {
  const { route, basis } = routeOf(key, undefined);
  return basis === 'key' ? route : undefined;
}

function isSame(stored: Route | undefined, proven: Route | undefined): boolean {
  if (stored?.kind === 'channel' && proven?.kind === 'channel') return stored.channelId === proven.channelId;
  return stored !== undefined && stored.kind === proven?.kind;
}

function withRoute<T extends object>(bare: T, route: Route | undefined): T {
  return route === undefined ? bare : { ...bare, route };
}

/** An end that is still owed, without its text unless the turn's own channel is where it goes. */
function withoutUnprovenText(record: PostRecord, sessions: readonly Session[]): PostRecord {
  const { boxId, target, owedView } = record;
  const session = sessions.find(({ turns }) => turns.some((turn) => turn.boxId === boxId));
  const proven = session === undefined ? undefined : provenRoute(session);
  if (owedView === undefined || (proven?.kind === 'channel' && proven.channelId === target.channelId)) return record;
  return { ...record, owedView: { ...owedView, card: withdrawnCard(session?.agentId ?? '') } };
}

/** What 0.1 left knows no form for a new post, and not which of its words are foreign: all of them go into code spans. */
function withFirst(record: PostRecord): PostRecord {
  const { owedView } = record;
  if (owedView === undefined || owedView.card.first !== undefined) return record;
  const inCode = (line: string): string => codeSpan(line.replaceAll('`', ''));
  const card: Card = { ...owedView.card, first: { title: inCode(owedView.card.title), lines: owedView.card.lines.map(inCode) } };
  return { ...record, owedView: { ...owedView, card } };
}

/** What was remembered, and who goes on with it. */
interface Successors {
  state: Pick<StateStore<BoxEntry>, 'sessions' | 'posts' | 'facts'>;
  publisher: Pick<Publisher, 'adopt'>;
  fold: Fold;
  board: Pick<Board, 'restore' | 'entries'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
}

/**
 * Gives what an earlier process remembered to its successors. Call what it returns every now and then: it warns once how many
 * sessions have no box any more because nothing proves that they are public.
 */
export function takeOver({ state: { sessions, posts, facts }, publisher, fold, board, clock, log }: Successors): () => void {
  const stored = sessions.stored().map(withProvenRoutes).map(withOwnFacts);
  const records = posts.records().map(withFirst);
  const notice = privacyNotice(facts, stored.length + records.length === 0);
  const known = stored.map(({ session }) => session);
  for (const record of records) publisher.adopt(notice === 'older' ? withoutUnprovenText(record, known) : record);
  for (const session of known) fold.restore(session, clock.now());
  board.restore(stored.flatMap(({ entries }) => entries));
  facts.put(PRIVACY, notice === 'told' ? 'told' : 'untold');
  let isDue = notice !== 'told';
  return () => {
    if (!isDue || !warn(board.entries(), log)) return;
    isDue = false;
    facts.put(PRIVACY, 'told');
  };
}

function warn(entries: readonly BoxEntry[], log: Logger): boolean {
  const sessions = new Set(entries.flatMap(({ isUnproven, sessionKey }) => (isUnproven === true ? [sessionKey] : []))).size;
  if (sessions === 0) return false;
  log.warn(
    { sessions },
    'A session that is not known to be public gets no box in DEFAULT_CHANNEL any more, and some have lost theirs. `live-status status` says which, why, and what helps; docs/UPGRADE.md says more.',
  );
  return true;
}
