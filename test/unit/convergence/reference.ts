// What the boxes should say in the end: every line ever written, folded once and in order by a watcher that never failed.

import type { Card } from '../../../src/core/card.ts';
import type { Trigger } from '../../../src/core/event.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import type { Session, Turn } from '../../../src/core/session.ts';
import { type JudgedTree, judge, type StatusLimits } from '../../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../../src/core/tree.ts';
import { Fold } from '../../../src/core/fold.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import type { DecodedLine } from '../../../src/sources/openclaw/decoding/decoded-event.ts';
import type { AgentSession } from './agent.ts';

export interface ReferenceBox {
  sessionKey: string;
  trigger: Trigger['kind'];
  /** The turn itself goes on. */
  isOpen(asOf: number): boolean;
  /** `undefined` while it is not over: such a box depends on when it was drawn last. */
  finalCard(asOf: number): Card | undefined;
}

/** Reads everything as soon as it is written. */
export class Reference {
  readonly #fold = new Fold();
  readonly #redact: (text: string) => string;
  readonly #readByKey = new Map<string, { decode: (line: string) => DecodedLine; at: number }>();
  readonly #turnsByBox = new Map<string, { session: Session; turn: Turn }>();
  readonly #limits: StatusLimits;
  readonly #render: (tree: JudgedTree) => Card;

  constructor(limits: StatusLimits, secrets: readonly string[], render: (tree: JudgedTree) => Card) {
    this.#limits = limits;
    this.#redact = createRedactor(secrets);
    this.#render = render;
  }

  read({ key, facts, lines, lastAt }: AgentSession): void {
    const reading = this.#readByKey.get(key) ?? {
      decode: createTranscriptDecoder({ redact: this.#redact, onUnknown: () => undefined }),
      at: 0,
    };
    if (!this.#readByKey.has(key)) this.#fold.apply({ type: 'session_seen', at: lastAt, sessionKey: key, source: 'transcripts', ...facts });
    this.#readByKey.set(key, reading);
    for (; reading.at < lines.length; reading.at += 1) {
      for (const event of reading.decode(lines[reading.at] ?? '').events) {
        this.#fold.apply({ ...event, sessionKey: key, source: 'transcripts' });
        this.#addBoxesOf(key);
      }
    }
  }

  #addBoxesOf(key: string): void {
    const session = this.#fold.sessionsByKey.get(key);
    if (session === undefined || isSubAgent(session)) return;
    for (const turn of session.turns) this.#turnsByBox.set(turn.boxId, { session, turn });
  }

  boxes(): Map<string, ReferenceBox> {
    return new Map([...this.#turnsByBox].map(([boxId, { session, turn }]) => [boxId, this.#boxOf(session, turn)]));
  }

  #boxOf(session: Session, turn: Turn): ReferenceBox {
    const judged = (asOf: number): JudgedTree => judge(treeOf(this.#fold.sessionsByKey, session, turn, asOf), this.#limits);
    return {
      sessionKey: session.key,
      trigger: turn.trigger.kind,
      isOpen: (asOf) => !judged(asOf).status.final,
      finalCard: (asOf) => {
        const tree = judged(asOf);
        return isOver(tree) ? this.#render(tree) : undefined;
      },
    };
  }
}

function isOver({ status, childrenByKey }: JudgedTree): boolean {
  return status.final && Object.values(childrenByKey).every(isOver);
}
