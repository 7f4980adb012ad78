// Remembers what each box shows, and emits what changes. Knows nothing of where records come from.

import { setBounded } from '../../core/bounded-map.ts';
import type { SessionEvent } from '../../core/event.ts';
import type { SourcePorts } from '../../core/source.ts';
import type { BoxView } from './box-view.ts';
import { MESH } from './mesh-identity.ts';
import { changesOf } from './view-changes.ts';

const MOST = 10_000;
const PAST_MS = 10 * 60_000; // what ended before we came is history, unless it ended while we were restarted
/** What an earlier process may have said of a box and nobody would take back. */
const PASSING_NOTES = ['stage', 'silent', 'over-budget', 'worker', 'session', 'state'];
const WAITS = ['review', 'gate', 'plan'];

export class ShownBoxes {
  readonly #ports: Pick<SourcePorts, 'clock' | 'emit' | 'knownKeys' | 'openTurns'>;
  readonly #byKey = new Map<string, BoxView>();
  readonly #since: number;
  #known: Set<string> | undefined;

  constructor(ports: Pick<SourcePorts, 'clock' | 'emit' | 'knownKeys' | 'openTurns'>) {
    this.#ports = ports;
    this.#since = ports.clock.now();
  }

  get(key: string): BoxView | undefined {
    return this.#byKey.get(key);
  }

  /** Whether the box was new or changed. */
  show(view: BoxView): boolean {
    const before = this.#byKey.get(view.key);
    const isKnown = before === undefined && this.#isKnown(view.key);
    if (before === undefined && !isKnown && this.#isPast(view)) return false;
    const events = changesOf(before, view);
    for (const event of isKnown ? [...events, ...leftovers(view)] : events) this.#ports.emit(event);
    setBounded(this.#byKey, view.key, view, MOST);
    return events.length > 0;
  }

  /** Nobody knows how it went on. */
  lose(key: string): void {
    const view = this.#byKey.get(key);
    if (view?.end !== undefined) return;
    const at = this.#ports.clock.now();
    this.#ports.emit({ type: 'source_lost', sessionKey: key, at, source: MESH.id, namesRuns: true });
    if (view !== undefined) setBounded(this.#byKey, key, { ...view, waits: [], end: { outcome: 'lost', at } }, MOST);
  }

  /** Loses what an earlier process left open and nobody has told of since: it is not there any more. */
  loseForgotten(): void {
    for (const { sessionKey } of this.#ports.openTurns()) if (!this.#byKey.has(sessionKey)) this.lose(sessionKey);
  }

  open(): readonly BoxView[] {
    return [...this.#byKey.values()].filter(({ end }) => end === undefined);
  }

  #isKnown(key: string): boolean {
    this.#known ??= new Set(this.#ports.knownKeys());
    return this.#known.has(key);
  }

  #isPast({ end, parentKey }: BoxView): boolean {
    if (parentKey !== undefined && this.#byKey.has(parentKey)) return false;
    return end !== undefined && end.at < this.#since - PAST_MS;
  }
}

/** Takes back what is not so any more. To take back what was never said changes nothing. */
function leftovers({ key, at, notes, waits }: BoxView): SessionEvent[] {
  const common = { sessionKey: key, at, source: MESH.id, namesRuns: true } as const;
  const goneNotes = PASSING_NOTES.filter((noteId) => !notes.some((note) => note.noteId === noteId));
  const goneWaits = WAITS.filter((waitId) => !waits.some((wait) => wait.waitId === waitId));
  return [
    ...goneNotes.map((noteId): SessionEvent => ({ ...common, type: 'note_removed', noteId })),
    ...goneWaits.map((waitId): SessionEvent => ({ ...common, type: 'waiting_ended', waitId })),
  ];
}
