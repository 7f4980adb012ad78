// Judges what a chat was told of the boxes of a fleet: no turn in two posts, no post that went back, no end lost. Owns what each post has shown.

import { asRecord } from '../../src/core/json-guards.ts';
import type { Version } from './chat.ts';

interface Shown {
  readonly mark: string | undefined;
  /** The highest step that the post has ever said. */
  readonly step: number;
  readonly isOver: boolean;
}

const MARK = /\b\w+n\d+x\b/;
const STEP = /step (\d+) of /g;
const OVER = Number.MAX_SAFE_INTEGER;

export class FleetJudge {
  readonly #shownByPost = new Map<string, Shown>();
  readonly #postByBox = new Map<string, string>();
  readonly #postByMark = new Map<string, string>();
  /** Everything that breaks a promise, in words. */
  readonly broken: string[] = [];
  edits = 0;

  get posts(): number {
    return this.#shownByPost.size;
  }

  /** Each state, in the order in which the server took them. */
  take(version: Version): void {
    if (version.event === 'post_deleted') return this.#break(version, 'was deleted');
    if (version.event === 'post_edited') this.edits += 1;
    const mark = MARK.exec(version.text)?.[0];
    this.#isOne(this.#postByBox, boxOf(version), version);
    if (mark !== undefined) this.#isOne(this.#postByMark, mark, version);
    const before = this.#shownByPost.get(version.postId) ?? { mark, step: 0, isOver: false };
    const step = stepOf(version);
    if (before.mark !== undefined && mark !== undefined && mark !== before.mark)
      this.#break(version, `spoke of ${before.mark} and ${mark}`);
    if (step < before.step) this.#break(version, `went back from ${nameOf(before.step)} to ${nameOf(step)}`);
    const isOver = before.isOver || step === OVER;
    this.#shownByPost.set(version.postId, { mark: before.mark ?? mark, step: Math.max(step, before.step), isOver });
  }

  /** The post of the turn with that mark says its end. */
  saysEndOf(mark: string): boolean {
    return this.#shownByPost.get(this.#postByMark.get(mark) ?? '')?.isOver ?? false;
  }

  /** The highest step that the post of that turn has ever said. */
  stepOf(mark: string): number {
    return this.#shownByPost.get(this.#postByMark.get(mark) ?? '')?.step ?? 0;
  }

  has(mark: string): boolean {
    return this.#postByMark.has(mark);
  }

  #isOne(postByName: Map<string, string>, name: string, version: Version): void {
    const known = postByName.get(name);
    if (known === undefined) postByName.set(name, version.postId);
    else if (known !== version.postId) this.#break(version, `is the second post of ${name}; the first is ${known}`);
  }

  #break({ postId, who, at, title }: Version, what: string): void {
    this.broken.push(`${new Date(at).toISOString()} post ${postId} ${title} ${what} (written by ${who})`);
  }
}

function boxOf({ own }: Version): string {
  const { gateway, box } = asRecord(own) ?? {};
  return `${String(gateway)}/${String(box)}`;
}

function stepOf({ text }: Version): number {
  if (text.includes('finished ')) return OVER;
  return Math.max(0, ...[...text.matchAll(STEP)].map(([, step]) => Number(step)));
}

function nameOf(step: number): string {
  return step === OVER ? 'its end' : `step ${step}`;
}
