// Writes and reads `props.livestatus`: what a post says about itself, so that a later process can find and judge it.

import { isRecord, type JsonRecord } from '../../core/json-guards.ts';
import type { Session, TurnTree } from '../../core/session.ts';
import { ownName, tellerOf } from '../../core/told-name.ts';
import { fingerprint } from '../../core/turn.ts';

/** Version 1 of `props.livestatus`. Everyone who can read the channel can read it: no text, no names, no secrets. */
export interface LiveStatusMeta {
  v: 1;
  box: string;
  /** The hashed session key. */
  session: string;
  /** The newest run ids, at most 8. */
  runs: string[];
  trigger?: string;
  /** The hashed id of the session's log, where no other log in the world has that id. */
  log?: string;
  /** When the turn started, milliseconds since the epoch. */
  start: number;
  /** The post of this box that may not be edited any more. This one shows how the turn ended. */
  replaces?: string;
  /** The box is not final. */
  open: boolean;
  /** Rises with every request for this box. A lower number found on the server was overtaken. */
  seq: number;
  /** The process that wrote this, and since when it claims its boxes. The newest claim wins. */
  instance: string;
  claimedAt: number;
  /** The hashed id of the gateway that the process belongs to. Posts of 0.1 have none. */
  gateway?: string;
}

/** What a post says of its turn. */
export type TurnMeta = Pick<LiveStatusMeta, 'session' | 'runs' | 'trigger' | 'start' | 'log'>;

/** What a post says of its box: what the gateway that watches it calls the box, and which one that is unless it is ours. */
export type BoxMeta = Pick<LiveStatusMeta, 'box' | 'gateway'>;

/** Who writes. `seq`, `instance` and `claimedAt` are no content: an edit that changes only them is not worth sending. */
export type Claim = Pick<LiveStatusMeta, 'seq' | 'instance' | 'claimedAt'>;

/** Stands for every claim when contents are compared. */
export const NO_CLAIM: Claim = { seq: 0, instance: '', claimedAt: 0 };

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const OPTIONAL = ['trigger', 'replaces', 'log', 'gateway'] as const;
const MAX_RUNS = 8; // Old servers allow 8,000 characters of props; a run id takes about 40.

/** What the post of this turn says of it. */
export function identityOf({ turn, session }: TurnTree): TurnMeta {
  const postId = turn.trigger.kind === 'person' ? turn.trigger.postId : undefined;
  const trigger = postId === undefined ? {} : { trigger: postId };
  return { session: sessionHash(session), runs: Object.keys(turn.runsById), start: turn.startedAt, ...trigger, ...logOf(session) };
}

/** The key of a session as its own gateway calls it, hashed. */
export function sessionHash({ key, gateway }: Pick<Session, 'key' | 'gateway'>): string {
  return fingerprint(ownName(key, gateway));
}

export function boxMetaOf(boxId: string): BoxMeta {
  const gateway = tellerOf(boxId);
  return { box: ownName(boxId, gateway), ...gatewayMetaOf(gateway) };
}

/** Which gateway that is, unless it is ours. */
export function gatewayMetaOf(gateway: string | undefined): Pick<LiveStatusMeta, 'gateway'> {
  return gateway === undefined ? {} : { gateway: fingerprint(gateway) };
}

/** The hashed id of the session's log. Ids that are no UUID, such as numbers of tasks, exist on other machines, too. */
export function logOf({ sessionId = '' }: Pick<Session, 'sessionId'>): Pick<LiveStatusMeta, 'log'> {
  return UUID.test(sessionId) ? { log: fingerprint(sessionId) } : {};
}

interface Described {
  readonly boxId: string;
  readonly card: { readonly final: boolean };
  readonly meta: TurnMeta;
}

/** The meta of a view as one claim writes it. */
export function metaOf(view: Described, claim: Claim, replaces?: string): LiveStatusMeta {
  const { session, runs, trigger, start, log } = view.meta;
  return {
    v: 1,
    ...boxMetaOf(view.boxId),
    session,
    runs: runs.slice(-MAX_RUNS),
    ...(trigger === undefined ? {} : { trigger }),
    ...(log === undefined ? {} : { log }),
    start,
    ...(replaces === undefined ? {} : { replaces }),
    open: !view.card.final,
    ...claim,
  };
}

/** Reads a post's `props.livestatus`. Never throws; returns `undefined` for everything that is not ours or not version 1. */
export function decodeMeta(value: unknown): LiveStatusMeta | undefined {
  if (!isRecord(value)) return undefined;
  const { v, box, session, runs, start, open, seq, instance, claimedAt } = value;
  if (v !== 1 || typeof box !== 'string' || typeof session !== 'string' || typeof instance !== 'string') return undefined;
  if (typeof start !== 'number' || typeof seq !== 'number' || typeof claimedAt !== 'number' || typeof open !== 'boolean') return undefined;
  const names = Array.isArray(runs) ? runs.filter((run) => typeof run === 'string') : [];
  return { v, box, session, runs: names, ...optionalOf(value), start, open, seq, instance, claimedAt };
}

function optionalOf(value: JsonRecord): Pick<LiveStatusMeta, (typeof OPTIONAL)[number]> {
  const texts = OPTIONAL.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]] as const] : []));
  return Object.fromEntries(texts);
}
