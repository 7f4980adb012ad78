// Reads from the row of a session who reads its conversation. Rows of an index and of a gateway are alike. Pure.

import { chatKindOf } from './chat-types.ts';
import { asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { isOpenClawName } from './openclaw-names.ts';

/**
 * `operator`: the last message came through the gateway's own pages. `disputed`: the row says direct and group. `unclear`: it names
 * several messengers for the last message, or a conversation of an unknown kind.
 */
export type RowAudience = 'direct' | 'group' | 'operator' | 'disputed' | 'unclear' | 'nothing';

const OPERATOR = 'operator';
const DIRECT_ADDRESS = /^(?:[\w-]+:)?(?:user|direct|dm|person):/;
const GROUP_ADDRESS = /^(?:channel|group|room):/;
const OWN_ADDRESS = /^(?:agent|session):/;

/** Compares chat types, messengers and addresses. A last address alone proves no group: it may belong to another conversation. */
export function rowAudience(row: JsonRecord): RowAudience {
  const origin = asRecord(row['origin']) ?? {};
  const messengers = messengersOf(row, origin);
  const types = texts(row['chatType'], origin['chatType']);
  const kinds = types.map(chatKindOf);
  const targets = texts(asRecord(row['deliveryContext'])?.['to'], asRecord(asRecord(row['route'])?.['target'])?.['to']);
  const addresses = [...targets, ...texts(row['lastTo'], origin['from'], origin['to'])];
  const isGroup = kinds.includes('group') || targets.some((address) => GROUP_ADDRESS.test(address));
  const isOperator = messengers.length === 0 ? row['createdVia'] === 'operator' : messengers.includes(OPERATOR);
  const isOwn = isOperator && messengers.length < 2;
  const isDirect = addresses.some((address) => DIRECT_ADDRESS.test(address)) || (!isOwn && kinds.includes('direct'));
  if (isDirect) return isGroup ? 'disputed' : 'direct';
  if (messengers.length > 1) return 'unclear';
  if (isGroup) return 'group';
  const isElsewhere = messengers.length > 0 && !isOperator;
  if (isElsewhere || kinds.includes(undefined) || addresses.some(isForeign)) return 'unclear';
  return isOperator ? 'operator' : 'nothing';
}

/** The messengers of the last message, from the fields of all versions. */
function messengersOf(row: JsonRecord, origin: JsonRecord): string[] {
  const last = texts(
    asRecord(row['deliveryContext'])?.['channel'],
    asRecord(row['route'])?.['channel'],
    row['lastChannel'],
    row['channel'],
  );
  const former = texts(row['lastProvider'], row['provider'], row['surface'], origin['provider'], origin['surface']);
  return [...new Set([...last, ...former].map((name) => (isOpenClawName(name) ? OPERATOR : name)))];
}

/** Whether the address belongs to none of the operator's pages. */
function isForeign(address: string): boolean {
  return !OWN_ADDRESS.test(address) && !isOpenClawName(address.split(':', 1)[0] ?? '');
}

function texts(...values: unknown[]): string[] {
  return values.flatMap((value) => asText(value)?.slice(0, 1_000).toLowerCase() ?? []);
}
