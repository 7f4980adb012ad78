// How the nodes of the mesh are, by what they publish: what nobody has said, or said long ago, is unknown, and unknown is never good.
// Built from the shape of the records; none was recorded.

import type { Clock } from '../../core/clock.ts';
import { setBounded } from '../../core/bounded-map.ts';
import { asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import type { BoxView } from './box-view.ts';
import { asInstant } from './field.ts';
import { addressOf, keyOf } from './mesh-identity.ts';
import type { ShowText } from './shown-text.ts';

const STATES = ['WORKING', 'BROKEN', 'OFF', 'UNKNOWN'] as const;
export type NodeState = (typeof STATES)[number];

export interface NodeHealth {
  readonly node: string;
  readonly state: NodeState;
  readonly because?: string | undefined;
  readonly role?: string | undefined;
}

interface Report extends NodeHealth {
  /** By our clock. */
  readonly heardAt: number;
  /** By the clock of the node. */
  readonly at?: number | undefined;
}

const MOST_NODES = 500;
const FRESH_MS = 90_000; // a node reports every thirty seconds or so

interface NodeWatchPorts {
  readonly clock: Clock;
  readonly show: ShowText;
  showBox(view: BoxView): unknown;
}

export class NodeWatch {
  readonly #ports: NodeWatchPorts;
  readonly #byNode = new Map<string, Report>();
  /** Since when a node has alarmed, by node. */
  readonly #alarmByNode = new Map<string, BoxView>();

  constructor(ports: NodeWatchPorts) {
    this.#ports = ports;
  }

  /** A row of the bucket MESH_NODE_HEALTH; no body when it was deleted. */
  row(key: string, body: string | undefined): void {
    const id = plainId(key);
    if (id === undefined) return;
    const row = body === undefined ? undefined : asRecord(parseJson(body));
    const node = plainId(row?.['nodeId'] ?? row?.['node_id']) ?? id;
    if (body === undefined) this.#byNode.delete(node);
    else
      this.#report({
        node,
        ...stateOf(row?.['status'] ?? row?.['state'], row !== undefined),
        role: asText(row?.['role']),
        at: asInstant(row?.['reportedAt'] ?? row?.['timestamp'] ?? row?.['updated_at']),
      });
  }

  /** `mesh.health.alerts`: a node says that its parts changed. */
  alert(value: unknown): void {
    const alert = asRecord(value);
    const node = plainId(alert?.['node_id'] ?? alert?.['source_node_id']);
    if (alert === undefined || node === undefined) return;
    const failing = Object.entries(asRecord(alert['components']) ?? {}).filter(([, part]) => asRecord(part)?.['ok'] === false);
    const because = this.#ports.show(failing.map(([name]) => name).join(', ') || asText(asRecord(alert['data'])?.['message']));
    const isHealthy = alert['status'] === 'healthy' && failing.length === 0;
    const at = asInstant(alert['timestamp']) ?? this.#ports.clock.now();
    this.#report({ node, state: isHealthy ? 'WORKING' : 'BROKEN', because, at });
    this.#showAlarm(node, isHealthy, because ?? this.#ports.show(alert['status'], 40) ?? 'unhealthy', at);
  }

  /** What the health watch of a node wrote into its file, which it only does when something changes: so a good word there is no evidence. */
  wrote(node: string, state: NodeState): void {
    if (state === 'WORKING') this.#byNode.delete(node);
    else this.#report({ node, state, because: 'its health watch says so' });
  }

  /** As of now: an old report is none. */
  all(): NodeHealth[] {
    const now = this.#ports.clock.now();
    return [...this.#byNode.values()].map(({ node, state, because, role, heardAt }) =>
      now - heardAt > FRESH_MS && state !== 'OFF'
        ? { node, role, state: 'UNKNOWN', because: `last report ${Math.round((now - heardAt) / 60_000)}m ago` }
        : { node, role, state, because },
    );
  }

  /** Nothing that was heard before counts any more. */
  unheard(): void {
    for (const [node, report] of this.#byNode) this.#byNode.set(node, { ...report, state: 'UNKNOWN', because: 'the mesh cannot be heard' });
  }

  #report(report: Omit<Report, 'heardAt'>): void {
    const known = this.#byNode.get(report.node);
    if (known?.at !== undefined && report.at !== undefined && report.at < known.at) return;
    setBounded(this.#byNode, report.node, { role: known?.role, ...report, heardAt: this.#ports.clock.now() }, MOST_NODES);
  }

  /** One box from the first alert until the node says that it is well. */
  #showAlarm(node: string, isHealthy: boolean, because: string, at: number): void {
    const before = this.#alarmByNode.get(node);
    if (isHealthy && before === undefined) return;
    const startedAt = before?.startedAt ?? at;
    const view: BoxView = {
      key: `${keyOf('node', node)}:alarm:${startedAt}`,
      agentId: node,
      address: addressOf('node', node),
      title: `${node} health`,
      startedAt,
      at: Math.max(at, startedAt),
      notes: [
        {
          noteId: 'broken',
          text: `BROKEN: ${isHealthy ? (before?.notes[0]?.text ?? '').replace(/^BROKEN: /, '') : because}`,
          severity: 'critical',
        },
      ],
      meters: [],
      waits: [],
      calls: [],
      children: [],
      steps: [],
      end: isHealthy ? { outcome: 'done', at: Math.max(at, startedAt) } : undefined,
    };
    this.#ports.showBox(view);
    if (isHealthy) this.#alarmByNode.delete(node);
    else setBounded(this.#alarmByNode, node, view, MOST_NODES);
  }
}

/** A heartbeat without a state says that the node works; one that cannot be read says nothing. */
function stateOf(value: unknown, isReadable: boolean): Pick<NodeHealth, 'state' | 'because'> {
  const name = asText(value)?.toUpperCase();
  if (!isReadable) return { state: 'UNKNOWN', because: 'its report cannot be read' };
  if (name === undefined) return value === undefined ? { state: 'WORKING' } : { state: 'UNKNOWN', because: 'its report cannot be read' };
  const state = STATES.find((known) => known === name);
  return state === undefined ? { state: 'UNKNOWN', because: 'it reports a state that nobody knows' } : { state };
}
