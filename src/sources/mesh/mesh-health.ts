// Describes the mesh for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../core/source.ts';
import type { LinkState } from './link-state.ts';
import type { NodeHealth } from './node-watch.ts';

export interface MeshDetails {
  /** `undefined`: only a workspace is read. */
  readonly link: LinkState | undefined;
  readonly reconnects: number;
  readonly wasRead: boolean;
  readonly lastEventAt: number | undefined;
  readonly unknownKinds: Readonly<Record<string, number>>;
  readonly problems: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeHealth[];
  /** What is wrong with the workspace. */
  readonly workspace: readonly string[];
  /** Tasks that wait for somebody to accept them. */
  readonly proposals: number;
}

export function healthOf(details: MeshDetails): SourceHealth {
  const { wasRead, lastEventAt, unknownKinds, problems, reconnects, proposals } = details;
  const counted = Object.entries({ reconnects, 'proposals-waiting': proposals }).filter(([, count]) => count > 0);
  const nodes = details.nodes.filter(({ state }) => state !== 'WORKING').map(({ node, state }) => [`${node}-${state}`, 1] as const);
  return {
    condition: conditionOf(details),
    wasRead,
    lastEventAt,
    unknownKinds,
    problems: { ...problems, ...Object.fromEntries(counted), ...Object.fromEntries(nodes) },
  };
}

function conditionOf({ link, nodes, workspace }: MeshDetails): SourceCondition {
  switch (link?.state) {
    case 'away':
      return { state: 'unreadable', because: link.because };
    case 'connecting':
      return { state: 'unknown' };
    case 'heard':
    case undefined: {
      const because = [link?.because, ...nodes.filter(({ state }) => state === 'BROKEN' || state === 'UNKNOWN').map(describeNode)];
      const all = [...because, ...workspace].filter((one) => one !== undefined);
      return all.length === 0 ? { state: 'readable' } : { state: 'impaired', because: all.join('; ') };
    }
    default:
      return link satisfies never;
  }
}

function describeNode({ node, state, because, role }: NodeHealth): string {
  const name = role === undefined ? node : `${node} (${role})`;
  return `the node ${name} is ${state}${because === undefined ? '' : `: ${because}`}`;
}
