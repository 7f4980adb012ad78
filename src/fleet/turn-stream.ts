// The stream of records on the bus: its subjects, its configuration, and the servers that can keep it. One message per subject: who comes later
// reads the newest record of each box, and no other.

import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType, StoreCompression, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { decodeGatewayId } from '../core/gateway-name.ts';
import type { RecordSubject } from './decode-record.ts';
import { MAX_RECORD_BYTES } from './fit-record.ts';

export const TURN_STREAM = 'LS_TURNS';

const PREFIX = 'ls.turn';
const BOX = /^[\w-]{1,80}$/;
const NEEDED = [2, 11] as const; // pinned consumers, and messages that expire one by one
const MAX_AGE_MS = 7 * 86_400_000; // of a box whose watcher never came back
const HEADERS_BYTES = 1_024;
const NS_PER_MS = 1_000_000;

/** `server` names the chat server whose publishers draw the boxes: a word of letters and digits. */
export function turnSubject(server: string, { gateway, boxId }: RecordSubject): string {
  return `${PREFIX}.${server}.${gateway}.${boxId}`;
}

/** All subjects of one chat server. */
export function allSubjects(server: string): string {
  return `${PREFIX}.${server}.*.*`;
}

export function decodeSubject(subject: string): RecordSubject | undefined {
  const [, , , gateway = '', boxId = '', ...more] = subject.split('.');
  const isOurs = more.length === 0 && subject.startsWith(`${PREFIX}.`) && BOX.test(boxId);
  return isOurs && decodeGatewayId(gateway) !== undefined ? { gateway, boxId } : undefined;
}

/** Why a server of that version cannot be used, with the cure; `undefined` when it can. */
export function serverRefusal(version: string | undefined): string | undefined {
  const [major = 0, minor = 0] = (version ?? '').split(/[.-]/).map(Number);
  const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
  if (isNewEnough) return undefined;
  return `the nats-server is ${version ?? 'of an unknown version'}; a fleet needs ${NEEDED.join('.')} or newer: replace it by the release of nats-io/nats-server`;
}

/** Makes the stream, or brings one that is there to our configuration. For the publisher: watchers have no leave to do so. Throws for people. */
export async function openTurnStream(connection: NatsConnection, replicas = 1): Promise<void> {
  const refusal = serverRefusal(connection.info?.version);
  if (refusal !== undefined) throw new Error(refusal);
  const manager = await jetstreamManager(connection);
  const config = configOf(replicas);
  const names = await manager.streams.names(`${PREFIX}.>`).next();
  if (names.includes(TURN_STREAM)) await manager.streams.update(TURN_STREAM, config);
  else await manager.streams.add({ name: TURN_STREAM, ...config });
}

function configOf(replicas: number): Partial<StreamConfig> {
  return {
    subjects: [`${PREFIX}.*.*.*`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    compression: StoreCompression.S2,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    max_msg_size: MAX_RECORD_BYTES + HEADERS_BYTES,
    max_age: MAX_AGE_MS * NS_PER_MS,
    allow_msg_ttl: true,
    num_replicas: replicas,
  };
}
