// The buckets of the fleet on the bus: what the active publisher must not forget, which gateways there are, and what they found about their
// agents. A bucket is a stream, as the key-value client reads it.

import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

export const POSTS_BUCKET = 'LS_POSTS';
export const GATEWAYS_BUCKET = 'LS_GATEWAYS';
export const FINDINGS_BUCKET = 'LS_FINDINGS';

const MARKER_MS = 60_000; // how long it is told that a key has expired
const NS_PER_MS = 1_000_000;
const DAY_MS = 86_400_000;
const MAX_GATEWAYS = 10_000;
const GATEWAY_BYTES = 4_096;
const MAX_FINDINGS = 10_000;
const FINDING_BYTES = 16_384;

/** Makes the buckets, or brings those that are there to our configuration. For the publisher: watchers have no leave to do so. */
export async function openBuckets(connection: NatsConnection, replicas = 1): Promise<void> {
  const { streams } = await jetstreamManager(connection);
  const there = new Set<string>();
  for await (const name of streams.names('$KV.>')) there.add(name);
  const configs = [
    bucket(POSTS_BUCKET, {}),
    bucket(GATEWAYS_BUCKET, { max_msgs: MAX_GATEWAYS, max_msg_size: GATEWAY_BYTES }),
    bucket(FINDINGS_BUCKET, { max_msgs: MAX_FINDINGS, max_msg_size: FINDING_BYTES, max_age: 7 * DAY_MS * NS_PER_MS }),
  ];
  for (const config of configs.map((each) => ({ ...each, num_replicas: replicas }))) {
    if (there.has(config.name)) await streams.update(config.name, config);
    else await streams.add(config);
  }
}

/** The subject of a key. */
export function keySubject(name: string, key: string): string {
  return `$KV.${name}.${key}`;
}

function bucket(name: string, limits: Partial<StreamConfig>): Partial<StreamConfig> & { name: string } {
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    allow_msg_ttl: true,
    subject_delete_marker_ttl: MARKER_MS * NS_PER_MS,
    ...limits,
  };
}
