// Reads the record of a turn from bytes that anybody may have written. Never throws.

import { decodeGatewayId } from '../core/gateway-name.ts';
import { asRecord, isRecord, type JsonRecord, parseJson } from '../core/json-guards.ts';
import { LINE_KINDS, recordSchema } from './record-schema.ts';
import { MAX_RECORD_BYTES } from './fit-record.ts';
import type { TurnRecord } from './turn-record.ts';

/** Why a record is not taken: a closed set, to be counted. `foreign`: it names another gateway or box than its subject. */
export type RecordRefusal = 'too_large' | 'no_json' | 'version' | 'malformed' | 'foreign';

export type DecodedRecord =
  | { readonly record: TurnRecord /** Lines of a kind that only a newer version draws. */; readonly unknownLines: number }
  | { readonly refused: RecordRefusal };

/** The subject under which it came: the server lets each watcher write its own only, so that names what may be true. */
export interface RecordSubject {
  readonly gateway: string;
  readonly boxId: string;
}

export function decodeRecord(bytes: Uint8Array, subject: RecordSubject): DecodedRecord {
  if (bytes.length > MAX_RECORD_BYTES) return { refused: 'too_large' };
  const json = asRecord(parseJson(textOf(bytes)));
  if (json === undefined) return { refused: 'no_json' };
  if (json['v'] !== 1) return { refused: 'version' };
  const { known, unknownLines } = withKnownLines(json);
  const decoded = recordSchema.safeParse(known);
  if (!decoded.success || decodeGatewayId(decoded.data.gateway) === undefined) return { refused: 'malformed' };
  const record: TurnRecord = decoded.data;
  const isOfSubject = record.gateway === subject.gateway && record.sessions[0].turns[0]?.boxId === subject.boxId;
  return isOfSubject ? { record, unknownLines } : { refused: 'foreign' };
}

/** What is no text gives text that is no JSON. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

function withKnownLines(json: JsonRecord): { known: JsonRecord; unknownLines: number } {
  let unknownLines = 0;
  const isKnown = (line: unknown): boolean => {
    const known = !isRecord(line) || LINE_KINDS.has(line['kind']) || typeof line['kind'] !== 'string';
    if (!known) unknownLines += 1;
    return known;
  };
  const known = {
    ...json,
    sessions: mapList(json['sessions'], (session) => withList(session, 'turns', (turn) => withoutLines(turn, isKnown))),
  };
  return { known, unknownLines };
}

function withoutLines(turn: unknown, isKnown: (line: unknown) => boolean): unknown {
  return isRecord(turn) && Array.isArray(turn['lines']) ? { ...turn, lines: turn['lines'].filter(isKnown) } : turn;
}

function withList(value: unknown, name: string, change: (item: unknown) => unknown): unknown {
  return isRecord(value) ? { ...value, [name]: mapList(value[name], change) } : value;
}

function mapList(value: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value;
}
