// Brings what the bus says to those who know what it means.

import type { MeshBook } from './mesh-book.ts';
import type { RecordKind } from './mesh-identity.ts';
import type { MeshInbox } from './mesh-inbox.ts';
import type { LinkListener } from './link-listener.ts';
import type { NodeWatch } from './node-watch.ts';

export interface Heard {
  readonly book: MeshBook;
  readonly inbox: MeshInbox;
  readonly nodes: NodeWatch;
  /** Everything that was there at the start is known. */
  onRead(): void;
}

const KIND_BY_BUCKET: ReadonlyMap<string, RecordKind> = new Map([
  ['MESH_TASKS', 'task'],
  ['MESH_PLANS', 'plan'],
  ['MESH_COLLAB', 'collab'],
]);

export function busListener({ book, inbox, nodes, onRead }: Heard): LinkListener {
  const onKind = (bucket: string, run: (kind: RecordKind) => void): void => {
    const kind = KIND_BY_BUCKET.get(bucket);
    if (kind !== undefined) run(kind);
  };
  return {
    connected: () => book.heard(true),
    disconnected: () => {
      book.heard(false);
      nodes.unheard();
    },
    wasRead: onRead,
    message: (subject, body) => inbox.message(subject, body),
    bucketBegins: (bucket) => onKind(bucket, (kind) => book.bucketBegins(kind)),
    bucketKnown: (bucket) => onKind(bucket, (kind) => book.bucketKnown(kind)),
    bucketInterrupted: (bucket) => onKind(bucket, (kind) => book.bucketInterrupted(kind)),
    written: (bucket, key, body, at) => {
      const kind = KIND_BY_BUCKET.get(bucket);
      if (kind === undefined) nodes.row(key, body === undefined ? undefined : Buffer.from(body).toString('utf8'));
      else inbox.written(kind, key, body, at);
    },
  };
}
