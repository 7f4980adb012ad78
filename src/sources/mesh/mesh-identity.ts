// The name of the source of the mesh and what it can see.

import type { Source } from '../../core/source.ts';

/** The mesh says itself how its work ends, so silence ends nothing. */
export const MESH = { id: 'mesh', capabilities: { agents: 'mesh', namesRuns: true, tellsLoss: true } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;

/** The name of the one mesh that a watcher watches, in the keys of its sessions. */
const SPACE = 'main';

/** What the mesh keeps records of, each kind in a bucket of its own. */
export type RecordKind = 'task' | 'plan' | 'collab';

export type WorkKind = RecordKind | 'node' | 'memory';

/** The key of a session: stable for the life of the work. */
export function keyOf(kind: WorkKind, id: string): string {
  return `mesh:${SPACE}:${kind}:${id}`;
}

/** A task of a plan is called after the plan, since only within it its name is unique. */
export function subtaskKey(planId: string, subtaskId: string): string {
  return `${keyOf('plan', planId)}:task:${subtaskId}`;
}

export function memberKey(collabId: string, nodeId: string): string {
  return `${keyOf('collab', collabId)}:node:${nodeId}`;
}

/** As rules of `ROUTES` call it. */
export function addressOf(kind: WorkKind, id: string): string {
  return `mesh:${kind}:${id}`;
}
