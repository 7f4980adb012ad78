// Decodes the three files of the swarm guard: budgets, tasks with their handoffs, and heartbeats. Never throws.

import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { countOf, instantOf, latestOf, shareOf } from './file-amounts.ts';
import type { Words } from './words.ts';

export interface Budget {
  used: number;
  /** 0: none is set. */
  of: number;
  isExhausted: boolean;
  description: string | undefined;
  spenders: ReadonlySet<string>;
  createdAt: number | undefined;
  changedAt: number | undefined;
}

/** `number` counts from 1. `length` is that of its message. */
export interface Handoff {
  number: number;
  at: number | undefined;
  from: string;
  to: string;
  length: number;
  hasArtifact: boolean;
  /** Artifacts of the task up to this one, itself included. */
  artifacts: number;
}

export interface Validation {
  at: number | undefined;
  agent: string;
  isValid: boolean;
  issues: readonly string[];
  confidence: number | undefined;
}

export interface Tracking {
  status: string;
  /** The newest ones only; `handoffCount` has all. */
  handoffs: readonly Handoff[];
  handoffCount: number;
  artifacts: number;
  validations: readonly Validation[];
  failedValidations: number;
  participants: ReadonlySet<string>;
  createdAt: number | undefined;
  changedAt: number | undefined;
}

export interface Heartbeat {
  /** `undefined`: it is registered, but never gave a sign. */
  at: number | undefined;
  taskId: string | undefined;
}

const MAX_TASKS = 5_000;
const MAX_AGENTS = 2_000;
const MAX_HANDOFFS = 60;
const MAX_VALIDATIONS = 60;
const MAX_NAMES = 200;
const MAX_ISSUES = 8;
const UNNAMED = 'unknown';

export function decodeBudgets(value: unknown, words: Words): ReadonlyMap<string, Budget> | undefined {
  return eachOf(value, MAX_TASKS, words, (raw) => budgetOf(raw, words));
}

export function decodeTracking(value: unknown, words: Words): ReadonlyMap<string, Tracking> | undefined {
  return eachOf(value, MAX_TASKS, words, (raw) => trackingOf(raw, words));
}

export function decodeHeartbeats(value: unknown, words: Words): ReadonlyMap<string, Heartbeat> | undefined {
  const all = asRecord(value);
  if (all === undefined) return undefined;
  const entries = Object.entries(all).slice(0, MAX_AGENTS);
  return new Map(
    entries.flatMap(([agent, raw]): [string, Heartbeat][] => {
      const [name, record] = [words.name(agent), asRecord(raw)];
      if (name === undefined || record === undefined) return [];
      return [[name, { at: instantOf(record['last_heartbeat']), taskId: words.id(record['current_task']) }]];
    }),
  );
}

/** The newest of too many: they come in the order in which they began. */
function eachOf<T>(value: unknown, most: number, words: Words, decode: (raw: JsonRecord) => T): Map<string, T> | undefined {
  const all = asRecord(value);
  if (all === undefined) return undefined;
  return new Map(
    Object.entries(all)
      .slice(-most)
      .flatMap(([key, raw]): [string, T][] => {
        const [id, record] = [words.id(key), asRecord(raw)];
        return id === undefined || record === undefined ? [] : [[id, decode(record)]];
      }),
  );
}

function budgetOf(raw: JsonRecord, words: Words): Budget {
  const spends = asList(raw['spending_log']).slice(-MAX_NAMES).flatMap(recordIn);
  const createdAt = instantOf(raw['created_at']);
  return {
    used: countOf(raw['used_tokens']),
    of: countOf(raw['max_tokens']),
    isExhausted: raw['status'] === 'exhausted',
    description: words.sentence(raw['description']),
    spenders: new Set(spends.flatMap((spend) => words.name(spend['agent_id']) ?? [])),
    createdAt,
    changedAt: latestOf([createdAt, ...spends.map((spend) => instantOf(spend['timestamp']))]),
  };
}

function trackingOf(raw: JsonRecord, words: Words): Tracking {
  const handoffs = asList(raw['handoffs']).flatMap(recordIn);
  const validations = asList(raw['validations']).flatMap(recordIn);
  const newest = validations.slice(-MAX_VALIDATIONS).map((each) => validationOf(each, words));
  const decoded = newestHandoffs(handoffs, words);
  const createdAt = instantOf(raw['created_at']);
  return {
    status: words.name(raw['status']) ?? 'active',
    handoffs: decoded,
    handoffCount: handoffs.length,
    artifacts: countOf(raw['artifacts_produced']),
    validations: newest,
    failedValidations: validations.filter(({ valid }) => valid !== true).length,
    participants: participantsIn(handoffs, words),
    createdAt,
    changedAt: latestOf([createdAt, ...decoded.map(({ at }) => at), ...newest.map(({ at }) => at)]),
  };
}

function newestHandoffs(all: readonly JsonRecord[], words: Words): Handoff[] {
  let artifacts = 0;
  const artifactsUpTo = all.map((raw) => (artifacts += raw['has_artifact'] === true ? 1 : 0));
  const first = Math.max(0, all.length - MAX_HANDOFFS);
  return all.slice(first).map((raw, index) => ({
    number: first + index + 1,
    at: instantOf(raw['timestamp']),
    from: words.name(raw['from']) ?? UNNAMED,
    to: words.name(raw['to']) ?? UNNAMED,
    length: countOf(raw['message_length']),
    hasArtifact: raw['has_artifact'] === true,
    artifacts: artifactsUpTo[first + index] ?? 0,
  }));
}

/** Of thousands of handoffs between the same few agents each is looked at once. */
function participantsIn(handoffs: readonly JsonRecord[], words: Words): Set<string> {
  const raw = new Set(handoffs.flatMap(({ from, to }) => [asText(from) ?? [], asText(to) ?? []].flat()));
  return new Set([...raw].slice(0, MAX_NAMES).flatMap((name) => words.name(name) ?? []));
}

function validationOf(raw: JsonRecord, words: Words): Validation {
  return {
    at: instantOf(raw['timestamp']),
    agent: words.name(raw['agent_id']) ?? UNNAMED,
    isValid: raw['valid'] === true,
    issues: asList(raw['issues'])
      .slice(0, MAX_ISSUES)
      .flatMap((issue) => words.sentence(issue) ?? []),
    confidence: shareOf(raw['confidence']),
  };
}

function recordIn(value: unknown): JsonRecord[] {
  const record = asRecord(value);
  return record === undefined ? [] : [record];
}
