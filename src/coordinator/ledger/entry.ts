// Decodes a line of a ledger and checks its hash; encodes the lines that we add.

import { isRecord } from '../../core/json-guards.ts';
import { HASH_STYLES, hashOf, jsonText, LINE_STYLE, parseKeepingNumbers } from './canonical-json.ts';

export const ZERO_HASH = '0'.repeat(64);

/** The form of JSON over which a line's hash was made. */
export type HashForm = keyof typeof HASH_STYLES;

/** The members of a line that we use. */
export interface LedgerEntry {
  /** As stored. */
  hash: string;
  /** As stored, under either of its names. */
  previousHash: string;
  /** `undefined`: the hash has no known form, so the line was altered after it was written. */
  form: HashForm | undefined;
  /** The first line may link to this instead of zeros. */
  anchor?: string;
  agent?: string;
  /** Milliseconds since the epoch. */
  at?: number;
  outcome?: string;
  action?: string;
  detail?: string;
}

/** The most usual first. */
const FORMS: readonly HashForm[] = ['usual', 'lineage', 'plugin'];

const HASH = /^[0-9a-f]{64}$/;

/** Never throws: `undefined` for a line that is no entry at all. */
export function decodeEntry(line: string): LedgerEntry | undefined {
  const value = parseObject(line, JSON.parse);
  if (value === undefined) return undefined;
  const { hash, previous_hash: previous, prev_hash: lineagePrevious } = value;
  const previousHash = previous ?? lineagePrevious;
  if (typeof hash !== 'string' || !HASH.test(hash) || typeof previousHash !== 'string') return undefined;
  return { hash, previousHash, form: formOf(line, value, hash), ...contentOf(value) };
}

function contentOf(value: Record<string, unknown>): Omit<LedgerEntry, 'hash' | 'previousHash' | 'form'> {
  const at = instantOf(value['timestamp'] ?? value['anchored_at']);
  return {
    ...(value['event'] === 'genesis' && typeof value['lineage_anchor'] === 'string' ? { anchor: value['lineage_anchor'] } : {}),
    ...(typeof value['agent'] === 'string' ? { agent: value['agent'] } : {}),
    ...(typeof value['outcome'] === 'string' ? { outcome: value['outcome'] } : {}),
    ...(typeof value['action'] === 'string' ? { action: value['action'] } : {}),
    ...(typeof value['detail'] === 'string' ? { detail: value['detail'] } : {}),
    ...(at === undefined ? {} : { at }),
  };
}

/** ISO 8601, or seconds as the plugin writes them. */
function instantOf(timestamp: unknown): number | undefined {
  const at = typeof timestamp === 'number' ? timestamp * 1_000 : typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

/** Few entries have numbers, and fewer in a form that JavaScript would change. So the slow way comes second. */
function formOf(line: string, value: Record<string, unknown>, hash: string): HashForm | undefined {
  const form = fittingForm(value, hash);
  if (form !== undefined || !/[:[,]\s*-?\d/.test(line)) return form;
  const exact = parseObject(line, parseKeepingNumbers);
  return exact === undefined ? undefined : fittingForm(exact, hash);
}

function fittingForm({ hash: _hash, ...content }: Record<string, unknown>, hash: string): HashForm | undefined {
  try {
    return FORMS.find((form) => hashOf(content, HASH_STYLES[form]) === hash);
  } catch {
    return undefined; // nested too deeply
  }
}

function parseObject(line: string, parse: (text: string) => unknown): Record<string, unknown> | undefined {
  try {
    const value = parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of ours; its governance fields are those of the state in effect. */
export interface OwnEntry {
  at: number;
  action: string;
  detail: string;
  mode: string;
  posture: string;
  role: string;
  sessionHash: string | null;
}

/** The name under which we write. */
export const OWN_AGENT = 'coordinator';
const COMPONENT = 'live-status';
/** Words such as FAIL or BLOCK would make the published tools ask for recovery. */
const OUTCOME = 'logged';

/** One line in the published form, with its line feed, and its hash for the next one. */
export function encodeEntry(entry: OwnEntry, previousHash: string): { line: string; hash: string } {
  const content = {
    timestamp: timestampOf(entry.at),
    agent: OWN_AGENT,
    component: COMPONENT,
    action: entry.action,
    detail: entry.detail.toWellFormed(),
    outcome: OUTCOME,
    mode: entry.mode,
    posture: entry.posture,
    role: entry.role,
    session_hash: entry.sessionHash,
    previous_hash: previousHash,
  };
  const hash = hashOf(content, HASH_STYLES.usual);
  return { line: `${jsonText({ ...content, hash }, LINE_STYLE, false)}\n`, hash };
}

/** With microseconds and offset, as the published writer writes it. */
function timestampOf(at: number): string {
  return new Date(at).toISOString().replace(/Z$/, '000+00:00');
}

/** Whether a line of the ledger is this entry of ours. */
export function isSameEntry(found: LedgerEntry, own: OwnEntry): boolean {
  return found.agent === OWN_AGENT && found.at === own.at && found.action === own.action && found.detail === own.detail;
}
