// The record of a turn: all that a publisher on another machine needs to place, draw and judge the box of that turn. It is a level, never an
// event: a newer record replaces an older one.

import type { Session, TurnTree } from '../core/session.ts';
import { usageOf } from '../core/turn.ts';
import { mapTexts } from './record-texts.ts';

/** What a box says beside its turn. */
export interface RecordMarks {
  readonly violations?: readonly string[];
  readonly remarks?: readonly string[];
  readonly badge?: string;
}

/** Version 1. Fields are only ever added; whoever does not know one keeps it. */
export interface TurnRecord {
  readonly v: 1;
  /** The gateway that watches the turn. */
  readonly gateway: string;
  /** When that watcher started, milliseconds since the epoch: a later process counts anew. */
  readonly epoch: number;
  /** Rises with each record of this process. */
  readonly seq: number;
  /** The session of the turn first, then those of its sub-agents, each with the one turn that the box shows. */
  readonly sessions: readonly [Session, ...Session[]];
  readonly marks: RecordMarks;
}

export interface RecordFacts extends Pick<TurnRecord, 'gateway' | 'epoch' | 'seq' | 'marks'> {
  /** Masks secrets: what a record says leaves the machine. */
  redact(text: string): string;
}

const SUM_ID = 'sum';

/** The record of a turn as of now. Its texts are redacted; they are not neutralised, which is up to who draws them. */
export function recordOf(tree: TurnTree, { redact, gateway, epoch, seq, marks }: RecordFacts): TurnRecord {
  const record: TurnRecord = { v: 1, gateway, epoch, seq, sessions: [memberOf(tree), ...childrenOf(tree)], marks };
  return mapTexts(record, redact);
}

/** Names the box and the state: whoever has a newer one needs this one no more. */
export function isNewer(one: Pick<TurnRecord, 'epoch' | 'seq'>, other: Pick<TurnRecord, 'epoch' | 'seq'>): boolean {
  return one.epoch === other.epoch ? one.seq > other.seq : one.epoch > other.epoch;
}

/** The turn whose box the record is about. */
export function turnOf({ sessions: [root] }: Pick<TurnRecord, 'sessions'>): Session['turns'][number] | undefined {
  return root.turns[0];
}

function childrenOf({ childrenByKey }: TurnTree): Session[] {
  return Object.values(childrenByKey).flatMap((child) => [memberOf(child), ...childrenOf(child)]);
}

/** Without what only the watcher needs: what it counted once already, and what each of its sources said. */
function memberOf({ session, turn }: TurnTree): Session {
  const { routesBySource: _routes, toldBy: _sources, currentBoxId: _current, ...facts } = session;
  return { ...facts, turns: [{ ...turn, messageIds: [], usageById: { [SUM_ID]: usageOf(turn) } }] };
}
