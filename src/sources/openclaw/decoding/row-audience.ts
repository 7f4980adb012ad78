// Pure: what the row of a session says about who reads its conversation; the same for an index and for a gateway.

import { chatKindOf } from './chat-types.ts';
import { asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { isOwnName } from './own-names.ts';

/**
 * `operator`: the last word came through the gateway's own doors. `disputed`: it says direct and group. `unclear`: it names several
 * messengers for the last word, or a conversation of which nobody knows what it is.
 */
export type RowSays = 'direct' | 'group' | 'operator' | 'disputed' | 'unclear' | 'nothing';

const OPERATOR = 'operator';
const DIRECT_ADDRESS = /^(?:[\w-]+:)?(?:user|direct|dm|person):/;
const GROUP_ADDRESS = /^(?:channel|group|room):/;
const OWN_ADDRESS = /^(?:agent|session):/;

/** The chat types, the messengers and the addresses of a row. A last address alone proves no group: it may be of another conversation. */
export function rowSays(row: JsonRecord): RowSays {
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

/** The names for where the last message went or came from, of all versions; they are written together. */
function messengersOf(row: JsonRecord, origin: JsonRecord): string[] {
  const last = texts(
    asRecord(row['deliveryContext'])?.['channel'],
    asRecord(row['route'])?.['channel'],
    row['lastChannel'],
    row['channel'],
  );
  const former = texts(row['lastProvider'], row['provider'], row['surface'], origin['provider'], origin['surface']);
  return [...new Set([...last, ...former].map((name) => (isOwnName(name) ? OPERATOR : name)))];
}

/** An address that no page of the operator has. */
function isForeign(address: string): boolean {
  return !OWN_ADDRESS.test(address) && !isOwnName(address.split(':', 1)[0] ?? '');
}

function texts(...values: unknown[]): string[] {
  return values.flatMap((value) => asText(value)?.slice(0, 1_000).toLowerCase() ?? []);
}
