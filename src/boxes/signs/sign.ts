// One post of a person with the reactions that we put on it. Plain data and what follows from it alone.

import { isRecord } from '../../core/json-guards.ts';
import { combined, isOpen, type Mark, nextStep, type Step } from './mark.ts';

/** A turn that a person's post has set going. */
export interface AskedTurn {
  boxId: string;
  /** The post that asked. */
  postId: string;
  /** Where a refusal counts: the channel, or the session when the channel is not known. */
  place: string;
}

/** What must survive a crash. `on`: the reactions of ours that are or may be on the post; `unsure`: those of them that may be missing. */
export interface SignRecord {
  place: string;
  boxIds: string[];
  on: string[];
  unsure: string[];
}

export interface Sign {
  readonly postId: string;
  readonly place: string;
  readonly marksByBox: Map<string, Mark>;
  readonly on: Set<string>;
  readonly unsure: Set<string>;
  /** Boxes whose turns are not known any more. */
  readonly forgottenIds: Set<string>;
  isBusy: boolean;
  refusals: number;
}

export function newSign({ postId, place }: Pick<AskedTurn, 'postId' | 'place'>): Sign {
  const [marksByBox, on, unsure, forgottenIds] = [new Map<string, Mark>(), new Set<string>(), new Set<string>(), new Set<string>()];
  return { postId, place, marksByBox, on, unsure, forgottenIds, isBusy: false, refusals: 0 };
}

/** The sign of an earlier process. What its turns do is not known yet. */
export function restoredSign(postId: string, { place, boxIds, on, unsure }: SignRecord): Sign {
  const sign = newSign({ postId, place });
  for (const boxId of boxIds) sign.marksByBox.set(boxId, 'untold');
  for (const emoji of on) sign.on.add(emoji);
  for (const emoji of unsure) sign.unsure.add(emoji);
  return sign;
}

export function recordOf({ place, marksByBox, on, unsure }: Sign): SignRecord {
  return { place, boxIds: [...marksByBox.keys()], on: [...on], unsure: [...unsure] };
}

/** The request that the post needs next. */
export function stepOf({ marksByBox, on, unsure }: Sign): Step | undefined {
  return nextStep(combined(marksByBox.values()), on, unsure);
}

/** Whether nothing will be done with it any more, as far as anybody knows. */
export function isOver(sign: Sign): boolean {
  if (sign.isBusy || stepOf(sign) !== undefined) return false;
  const marks = [...sign.marksByBox.values()];
  return (
    sign.marksByBox.size === sign.forgottenIds.size || (sign.on.size === 0 && !marks.some((mark) => isOpen(mark) || mark === 'untold'))
  );
}

/** Rows are our own. A foreign or incomplete one is skipped. */
export function decodeSign(value: unknown): SignRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { place, boxIds, on, unsure } = value;
  return typeof place === 'string' ? { place, boxIds: textsIn(boxIds), on: textsIn(on), unsure: textsIn(unsure) } : undefined;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
