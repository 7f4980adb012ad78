// One line of a session file as an object: narrowed, not interpreted.

import { asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';
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

/** `undefined` for what is no object. */
export function readLine(text: string): SessionLine | undefined {
  const look = lookAt(text);
  if (look.isSilent && look.type !== undefined)
    return { type: look.type, uuid: plainId(look.uuid), parentUuid: plainId(look.parentUuid), at: undefined, record: NOTHING };
  const record = asRecord(parseJson(text));
  if (record === undefined) return undefined;
  return {
    type: asText(record['type']) ?? '',
    uuid: plainId(record['uuid']),
    parentUuid: plainId(record['parentUuid']),
    at: instantOf(record['timestamp']),
    record,
  };
}

function instantOf(value: unknown): number | undefined {
  return typeof value === 'string' ? plausibleInstant(Date.parse(value.slice(0, 40))) : undefined;
}
