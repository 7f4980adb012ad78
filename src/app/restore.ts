// Restores the stored state of an earlier process. Version 0.1 called public what was not known to be private. So its routes do not
// count before they are proven: such turns wait for their route, their open posts get no more text, and the log warns once.

import type { Board } from '../boxes/board/board.ts';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { PostRecord } from '../core/post-record.ts';
import type { Publisher } from '../boxes/publish/publisher-ports.ts';
import { withdrawnCard } from '../boxes/board/withdrawn-card.ts';
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
 * `older`: version 0.1 wrote the state. `untold`: its state was restored, and the log has not warned yet. `told`: no warning is due.
 * The last two are stored.
 */
type PrivacyState = 'older' | 'untold' | 'told';

const PRIVACY = 'private unless proven public'; // the key of that fact

function privacyState(facts: ImmediateRows, isFirst: boolean): PrivacyState {
  const stored = facts.get(PRIVACY);
  if (stored === 'told' || stored === 'untold') return stored;
  return isFirst ? 'told' : 'older';
}

/** A stored session. If an older version stored it, it keeps only the routes that its key proves. */
function withProvenRoutes(stored: StoredSession<BoxEntry>): StoredSession<BoxEntry> {
  const { session } = stored;
  if (session.routesBySource !== undefined || !hasRoute(session)) return stored;
  const { route: _route, ...bare } = session;
  const proven = provenRoute(session);
  const turns = session.turns.map(({ route, ...turn }): Turn => withRoute(turn, isSame(route, proven) ? proven : undefined));
  return { ...stored, session: withRoute({ ...bare, turns }, proven) };
}

/** Sessions of 0.1 name no source: they are OpenClaw's. What sessions state themselves now is read from their keys once. */
function withOwnFacts(stored: StoredSession<BoxEntry>): StoredSession<BoxEntry> {
  const { session } = stored;
  if (session.toldBy !== undefined) return stored;
  return { ...stored, session: { ...session, ...formOf(session.key), toldBy: ['transcripts', 'gateway'] } };
}

function hasRoute({ route, turns }: Session): boolean {
  return route !== undefined || turns.some((turn) => turn.route !== undefined);
}

/** A route that the key names stays true. Any other route may belong to another moment. */
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

/** A record whose owed end has no text, unless it goes into the turn's own channel. */
function withoutUnprovenText(record: PostRecord, sessions: readonly Session[]): PostRecord {
  const { boxId, target, owedView } = record;
  const session = sessions.find(({ turns }) => turns.some((turn) => turn.boxId === boxId));
  const proven = session === undefined ? undefined : provenRoute(session);
  if (owedView === undefined || (proven?.kind === 'channel' && proven.channelId === target.channelId)) return record;
  return { ...record, owedView: { ...owedView, card: withdrawnCard(session?.agentId ?? '') } };
}

/** Cards of 0.1 have no form for a new post and do not mark foreign words. So all their text goes into code spans. */
function withFirstVersion(record: PostRecord): PostRecord {
  const { owedView } = record;
  if (owedView === undefined || owedView.card.first !== undefined) return record;
  const inCode = (line: string): string => codeSpan(line.replaceAll('`', ''));
  const card: Card = { ...owedView.card, first: { title: inCode(owedView.card.title), lines: owedView.card.lines.map(inCode) } };
  return { ...record, owedView: { ...owedView, card } };
}

/** The stored state, and the parts that get it. */
interface RestoreParts {
  state: Pick<StateStore<BoxEntry>, 'sessions' | 'posts' | 'facts'>;
  publisher: Pick<Publisher, 'adopt'>;
  fold: Fold;
  board: Pick<Board, 'restore' | 'entries'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
}

/**
 * Gives the state of an earlier process to publisher, fold and board. Call the returned function regularly: it warns once how many
 * sessions have no box any more, because nothing proves that they are public.
 */
export function restoreState({ state: { sessions, posts, facts }, publisher, fold, board, clock, log }: RestoreParts): () => void {
  const stored = sessions.stored().map(withProvenRoutes).map(withOwnFacts);
  const records = posts.records().map(withFirstVersion);
  const notice = privacyState(facts, stored.length + records.length === 0);
  const known = stored.map(({ session }) => session);
  for (const record of records) publisher.adopt(notice === 'older' ? withoutUnprovenText(record, known) : record);
  for (const session of known) fold.restore(session, clock.now());
  board.restore(stored.flatMap(({ entries }) => entries));
  facts.put(PRIVACY, notice === 'told' ? 'told' : 'untold');
  let isDue = notice !== 'told';
  return () => {
    if (!isDue || !warnOfLostBoxes(board.entries(), log)) return;
    isDue = false;
    facts.put(PRIVACY, 'told');
  };
}

function warnOfLostBoxes(entries: readonly BoxEntry[], log: Logger): boolean {
  const sessions = new Set(entries.flatMap(({ isUnproven, sessionKey }) => (isUnproven === true ? [sessionKey] : []))).size;
  if (sessions === 0) return false;
  log.warn(
    { sessions },
    'A session that is not known to be public gets no box in DEFAULT_CHANNEL any more, and some have lost theirs. `live-status status` says which, why, and what helps; docs/UPGRADE.md says more.',
  );
  return true;
}
