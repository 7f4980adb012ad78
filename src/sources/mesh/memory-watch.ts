// The memory of a node: the life of each session, with what its daemon did as remarks. The same event comes on the bus, in its stream and
// in a file, so each counts once.

import { setBounded } from '../../core/bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import { asRecord, asText, asList, type JsonRecord } from '../../core/json-guards.ts';
import type { UnknownKinds } from '../../core/unknown-kinds.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import type { BoxView, NoteView } from './box-view.ts';
import { asAmount, asInstant } from './field.ts';
import { addressOf, keyOf } from './mesh-identity.ts';
import type { ShowText } from './shown-text.ts';

interface MemoryWatchPorts {
  readonly clock: Clock;
  readonly show: ShowText;
  readonly unknown: UnknownKinds;
  readonly problems: UnknownKinds;
  showBox(view: BoxView): unknown;
}

interface MemorySession {
  readonly node: string;
  readonly startedAt: number;
  readonly at: number;
  readonly endedAt?: number | undefined;
  readonly noteByType: ReadonlyMap<string, NoteView>;
  readonly eventIds: ReadonlySet<string>;
}

const MOST_SESSIONS = 500;
const MOST_EVENTS = 500;
const SILENT_MS = 6 * 3_600_000;
/** In the order in which a box shows them, and before what the workspace says beside them. */
const SAID = ['ingested', 'extracted', 'synthesized', 'compaction_triggered', 'error', 'alert'] as const;
type Said = (typeof SAID)[number];
/** What the files of the workspace say of a session. */
const REMARKS = ['status', 'spawned', 'stopped'] as const;
export type Remark = (typeof REMARKS)[number];

export class MemoryWatch {
  readonly #ports: MemoryWatchPorts;
  readonly #bySession = new Map<string, MemorySession>();
  /** Of the session that the daemon of this machine has now. */
  readonly #remarks = new Map<Remark, NoteView & { at: number }>();
  #localId: string | undefined;

  constructor(ports: MemoryWatchPorts) {
    this.#ports = ports;
  }

  /** An event `memory.<type>` of the bus or its stream. */
  event(value: unknown): void {
    const event = asRecord(value);
    const type = asText(event?.['event_type']) ?? '';
    if (event === undefined || !type.startsWith('memory.')) return this.#ports.unknown.add(`local.${type || 'event'}`);
    this.#happened(type, asText(event['event_id']), asRecord(event['data']) ?? {}, {
      session: event['entity_id'],
      node: asText(event['node_id']) ?? '',
      at: asInstant(event['timestamp']),
    });
  }

  /** A line of `watcher.jsonl`. */
  line(value: unknown): void {
    const line = asRecord(value);
    const op = asText(line?.['op']) ?? '';
    if (line === undefined) return this.#ports.problems.add('not-json');
    const about = { session: line['session'], node: (asText(line['actor']) ?? '').replace(/^daemon-/, ''), at: asInstant(line['ts']) };
    if (op === 'watcher.alert') this.#happened('memory.alert', undefined, line, about);
    else if (op.startsWith('memory.')) this.#happened(op, asText(line['event_id']), asRecord(line['data']) ?? {}, about);
    else this.#ports.unknown.add(`watcher.${op || 'line'}`);
  }

  /** The session of this machine's daemon, as its box is called. */
  get localKey(): string | undefined {
    return this.#localId === undefined ? undefined : keyOf('memory', this.#localId);
  }

  /** The session of this machine's daemon: remarks are about it. */
  isLocal(id: string | undefined): void {
    if (id !== this.#localId) this.#remarks.clear();
    this.#localId = id;
    this.#showLocal();
  }

  /** Said of a session that the memory knows, and that had begun by then; about others there is no box. */
  remark(kind: Remark, text: string, at = this.#ports.clock.now()): void {
    this.#remarks.set(kind, { noteId: kind, text, severity: 'info', at });
    this.#showLocal();
  }

  /** A session of which nothing is heard for hours has ended without a word. */
  tick(): void {
    for (const [id, session] of this.#bySession) if (session.endedAt === undefined) this.#show(id, session);
  }

  #showLocal(): void {
    const session = this.#localId === undefined ? undefined : this.#bySession.get(this.#localId);
    if (session !== undefined && this.#localId !== undefined) this.#show(this.#localId, session);
  }

  #show(id: string, session: MemorySession): void {
    const all = id === this.#localId ? REMARKS.flatMap((kind) => this.#remarks.get(kind) ?? []) : [];
    const remarks = all.filter(({ at }) => at >= session.startedAt);
    const isSilent = session.endedAt === undefined && session.at < this.#ports.clock.now() - SILENT_MS;
    const view = viewOf(id, session, remarks);
    this.#ports.showBox(isSilent ? { ...view, end: { outcome: 'lost', at: session.at } } : view);
  }

  #happened(
    type: string,
    eventId: string | undefined,
    data: JsonRecord,
    about: { session: unknown; node: string; at: number | undefined },
  ): void {
    const id = plainId(about.session);
    if (id === undefined) return this.#ports.problems.add('no-record');
    const at = about.at ?? this.#ports.clock.now();
    const before = this.#bySession.get(id) ?? { node: about.node, startedAt: at, at, noteByType: new Map(), eventIds: new Set() };
    if (eventId !== undefined && before.eventIds.has(eventId)) return;
    const kind = type.slice('memory.'.length);
    const eventIds = new Set([...before.eventIds, ...(eventId === undefined ? [] : [eventId])].slice(-MOST_EVENTS));
    const after = this.#after({ ...before, node: before.node || about.node, at: Math.max(before.at, at), eventIds }, kind, data);
    setBounded(this.#bySession, id, after, MOST_SESSIONS);
    this.#show(id, after);
  }

  #after(session: MemorySession, kind: string, data: JsonRecord): MemorySession {
    if (kind === 'session_started') return { ...session, startedAt: asInstant(data['start_time']) ?? session.startedAt };
    if (kind === 'session_ended') return { ...session, endedAt: asInstant(data['end_time']) ?? session.at };
    const said = SAID.find((name) => name === kind);
    if (said === undefined) {
      this.#ports.unknown.add(`memory.${kind}`);
      return session;
    }
    if (said === 'error') this.#ports.problems.add(`memory-${asText(data['error_code']) ?? 'error'}`);
    return { ...session, noteByType: new Map([...session.noteByType, [said, noteOf(said, data, this.#ports.show)]]) };
  }
}

function noteOf(said: Said, data: JsonRecord, show: ShowText): NoteView {
  const isBad = said === 'error' || said === 'alert';
  return { noteId: said, text: textOf(said, data, show), severity: isBad ? 'warning' : 'info' };
}

function textOf(said: Said, data: JsonRecord, show: ShowText): string {
  const count = (name: string): number => asAmount(data[name]) ?? 0;
  switch (said) {
    case 'ingested':
      return `took in ${count('messages_added')} messages, ${count('total_messages')} in all`;
    case 'extracted':
      return `found ${count('entities_count')} entities, ${count('decisions_count')} decisions`;
    case 'synthesized':
      return `wrote ${
        asList(data['artifacts_written'])
          .flatMap((name) => show(name, 60) ?? [])
          .join(', ') || 'nothing'
      }`;
    case 'compaction_triggered':
      return `compacted ${count('entries_before')} entries to ${count('entries_after')}`;
    case 'error':
      return `error in ${show(data['boundary'], 40) ?? 'memory'}: ${show(data['error_message']) ?? show(data['error_code'], 40) ?? 'unknown'}`;
    case 'alert':
      return `alert: ${show(data['alert_type'], 60)?.replaceAll('_', ' ') ?? 'unknown'}`;
    default:
      return said satisfies never;
  }
}

function viewOf(id: string, { node, startedAt, at, endedAt, noteByType }: MemorySession, remarks: readonly NoteView[]): BoxView {
  return {
    key: keyOf('memory', id),
    agentId: node || 'memory',
    address: addressOf('memory', node || id),
    title: `memory ${node || id}`,
    startedAt: Math.min(startedAt, endedAt ?? startedAt),
    at,
    notes: [...SAID.flatMap((said) => noteByType.get(said) ?? []), ...remarks],
    meters: [],
    waits: [],
    calls: [],
    children: [],
    steps: [],
    end: endedAt === undefined ? undefined : { outcome: 'done', at: endedAt },
  };
}
