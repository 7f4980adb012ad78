// A mesh that is heard without a bus: its inbox, what it emits and what boxes that makes.

import type { SessionEvent } from '../../../../src/core/event.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { SourcePorts, Visibility } from '../../../../src/core/source.ts';
import { UnknownKinds } from '../../../../src/core/unknown-kinds.ts';
import { MeshBook } from '../../../../src/sources/mesh/mesh-book.ts';
import { MeshInbox } from '../../../../src/sources/mesh/mesh-inbox.ts';
import { MemoryWatch } from '../../../../src/sources/mesh/memory-watch.ts';
import { NodeWatch } from '../../../../src/sources/mesh/node-watch.ts';
import { textShower } from '../../../../src/sources/mesh/shown-text.ts';
import { FakeClock } from '../../../support/clock.ts';
import { drawnBox, drawnBoxes } from './drawn-boxes.ts';
import type { RecordedMessage } from './recorded-mesh.ts';

const STATES_ONLY: Visibility = { isRouted: true, commands: false, texts: false, prompts: false };

export class HeardMesh {
  readonly clock: FakeClock;
  readonly fold = new Fold();
  readonly events: SessionEvent[] = [];
  readonly unknown = new UnknownKinds();
  readonly problems = new UnknownKinds();
  readonly book: MeshBook;
  readonly inbox: MeshInbox;
  readonly nodes: NodeWatch;
  readonly memory: MemoryWatch;

  constructor(now: number, ports: Partial<SourcePorts> = {}) {
    this.clock = new FakeClock(now);
    this.book = new MeshBook({
      clock: this.clock,
      redact: (text) => text,
      visibility: () => STATES_ONLY,
      knownKeys: () => [],
      openTurns: () => [],
      emit: (event) => this.emit(event),
      onUnknown: (kind) => this.unknown.add(kind),
      ...ports,
    });
    const others = { clock: this.clock, show: textShower((text) => text), showBox: this.book.showOther.bind(this.book) };
    this.nodes = new NodeWatch(others);
    this.memory = new MemoryWatch({ ...others, unknown: this.unknown, problems: this.problems });
    this.inbox = new MeshInbox({ book: this.book, nodes: this.nodes, memory: this.memory, unknown: this.unknown, problems: this.problems });
    this.book.heard(true);
  }

  emit(event: SessionEvent): void {
    this.events.push(event);
    this.fold.apply({ ...event, ...(event.type === 'session_seen' ? { tellsLoss: true } : {}) });
  }

  hear({ subject, data }: Pick<RecordedMessage, 'subject' | 'data'>): void {
    this.inbox.message(subject, JSON.stringify(data));
  }

  boxes(): string {
    return drawnBoxes(this.fold, this.clock.now());
  }

  box(key: string): string {
    return drawnBox(this.fold, key, this.clock.now());
  }
}
