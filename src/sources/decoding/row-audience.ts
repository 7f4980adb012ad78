// Pure: what the row of a session says about who reads its conversation; the same for an index and for a gateway.

import { asRecord, asText, type JsonRecord } from './json-guards.ts';

/**
 * `operator`: the last word came through the gateway's own doors. `disputed`: it says direct and group. `unclear`: it names several
 * messengers for the last word.
 */
export type RowSays = 'direct' | 'group' | 'operator' | 'disputed' | 'unclear' | 'nothing';

/** The operator's own pages and commands: nobody's private conversation, although the gateway calls them direct. */
const OPERATOR_CHANNELS: ReadonlySet<string> = new Set(['webchat', 'cli', 'internal', 'gateway']);
const OPERATOR = 'operator';
const DIRECT_TYPES: ReadonlySet<string> = new Set(['direct', 'dm', 'private']);
const GROUP_TYPES: ReadonlySet<string> = new Set(['group', 'channel', 'room', 'thread', 'supergroup']);
const DIRECT_ADDRESS = /^(?:user|direct|dm|person):/;
const GROUP_ADDRESS = /^(?:channel|group|room):/;

/** The chat type, the messengers and the addresses of a row. A last address alone proves no group: it may be of another conversation. */
export function rowSays(row: JsonRecord): RowSays {
  const messengers = messengersOf(row);
  const addresses = [...addressesOf(row)];
  const chatType = lower(row['chatType']) ?? '';
  const last = lower(row['lastTo']) ?? '';
  const isDirectTo = [...addresses, last].some((address) => DIRECT_ADDRESS.test(address));
  const isGroup = GROUP_TYPES.has(chatType) || addresses.some((address) => GROUP_ADDRESS.test(address));
  const isOperator = messengers.length === 0 ? row['createdVia'] === 'operator' : messengers.includes(OPERATOR);
  const isDirect = isDirectTo || (DIRECT_TYPES.has(chatType) && !(isOperator && messengers.length < 2));
  if (isDirect) return isGroup ? 'disputed' : 'direct';
  if (messengers.length > 1) return 'unclear';
  if (isGroup) return 'group';
  return isOperator ? 'operator' : 'nothing';
}

/** Three names for where the last message went; they are written together. */
function messengersOf(row: JsonRecord): string[] {
  const values = [asRecord(row['deliveryContext'])?.['channel'], asRecord(row['route'])?.['channel'], row['lastChannel']];
  const names = values.flatMap((value) => lower(value) ?? []).map((name) => (OPERATOR_CHANNELS.has(name) ? OPERATOR : name));
  return [...new Set(names)];
}

function* addressesOf(row: JsonRecord): Generator<string> {
  const route = asRecord(row['route']);
  for (const value of [asRecord(row['deliveryContext'])?.['to'], asRecord(route?.['target'])?.['to']]) {
    const address = lower(value);
    if (address !== undefined) yield address;
  }
}

function lower(value: unknown): string | undefined {
  return asText(value)?.slice(0, 1_000).toLowerCase();
}
