// One line of a session file as an object: narrowed, not interpreted.

import { asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import { lookAt } from './line-look.ts';

/** A line. A silent one has no record: it matters only as a parent of others. */
export interface SessionLine {
  type: string;
  uuid: string | undefined;
  parentUuid: string | undefined;
  at: number | undefined;
  record: JsonRecord;
}

const NOTHING: JsonRecord = {};
const EARLIEST_AT = Date.UTC(2020, 0);
const LATEST_AT = Date.UTC(2100, 0);

/** `undefined` for what is no object. */
export function readLine(text: string): SessionLine | undefined {
  const look = lookAt(text);
  if (look.isSilent && look.type !== undefined)
    return { type: look.type, uuid: look.uuid, parentUuid: look.parentUuid, at: undefined, record: NOTHING };
  const record = asRecord(parseJson(text));
  if (record === undefined) return undefined;
  return {
    type: asText(record['type']) ?? '',
    uuid: asText(record['uuid']),
    parentUuid: asText(record['parentUuid']),
    at: instantOf(record['timestamp']),
    record,
  };
}

function instantOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : Number.NaN;
  return at >= EARLIEST_AT && at <= LATEST_AT ? at : undefined;
}
