// What a box must have come to. Each check waits for it and tells what was seen instead.

import { until } from '../support/until.ts';
import type { AgentRig, Asked } from './agent-rig.ts';

const SETTLED_MS = 3_000; // a correction after an end came within a second
const ENDS_WITHIN_MS = 120_000;

/** What really happened, in the words of a box. */
export interface Truth {
  /** How its title begins. */
  title: RegExp;
  /** What its lines say, in this order; others may stand between them. */
  lines: readonly RegExp[];
  /** What some version of it showed before its end. */
  onceShowed?: readonly RegExp[];
  /** What no version may show. */
  never?: readonly RegExp[];
  /** The cues whose answers it counts; without it, tokens are not compared. */
  counts?: readonly string[];
}

/** Waits until the one box of the turn shows the truth and stays so. */
export async function boxTells(rig: AgentRig, asked: Asked, truth: Truth): Promise<void> {
  const detail = (): string => [...rig.versionsOf(asked).slice(-3), `tokens given: ${tokensOf(rig, asked, truth)}`].join('\n---\n');
  await until(`the box of ${asked.cue} tells the truth`, () => differenceIn(rig, asked, truth) === '', {
    timeoutMs: ENDS_WITHIN_MS,
    detail: () => `${differenceIn(rig, asked, truth)}\n${detail()}`,
  });
  await new Promise((done) => void setTimeout(done, SETTLED_MS));
  const later = differenceIn(rig, asked, truth);
  const boxes = rig.boxes.length - asked.boxesBefore;
  if (later !== '') throw new Error(`the box was right and is so no more: ${later}\n${detail()}`);
  if (boxes !== 1)
    throw new Error(
      `${boxes} boxes came of one turn:\n${rig.boxes
        .slice(asked.boxesBefore)
        .map(({ title }) => title)
        .join('\n')}`,
    );
}

/** Waits until some version of the box shows it. Gives the milliseconds since `sinceAt`. */
export async function boxShows(rig: AgentRig, asked: Asked, words: RegExp): Promise<void> {
  await until(`the box of ${asked.cue} shows ${String(words)}`, () => rig.versionsOf(asked).some((text) => words.test(text)), {
    detail: () => [...rig.versionsOf(asked), rig.watcherOutput.slice(-1_500)].join('\n---\n'),
  });
}

/** Empty when all is as it should be. */
function differenceIn(rig: AgentRig, asked: Asked, truth: Truth): string {
  const box = rig.boxOf(asked);
  if (box === undefined) return 'there is no box';
  if (!truth.title.test(box.title)) return `its title is not ${String(truth.title)}`;
  const missing = missingIn(box.lines, truth.lines);
  if (missing !== undefined) return `no line ${String(missing)} in its place`;
  const versions = rig.versionsOf(asked);
  const unseen = truth.onceShowed?.find((words) => !versions.some((text) => words.test(text)));
  if (unseen !== undefined) return `it never showed ${String(unseen)}`;
  const wrong = truth.never?.find((words) => versions.some((text) => words.test(text)));
  if (wrong !== undefined) return `it showed ${String(wrong)}`;
  const tokens = tokensOf(rig, asked, truth);
  return truth.counts === undefined || box.title.includes(tokens) ? '' : `its title does not tell ${tokens}`;
}

/** The first that does not stand after those before it. */
function missingIn(lines: readonly string[], wanted: readonly RegExp[]): RegExp | undefined {
  let from = 0;
  for (const pattern of wanted) {
    const at = lines.findIndex((line, index) => index >= from && pattern.test(plain(line)));
    if (at < 0) return pattern;
    from = at + 1;
  }
  return undefined;
}

/** As a reader sees it: no marks of Markdown. */
function plain(line: string): string {
  return line
    .replace(/[\u00a0\u2003]/g, ' ')
    .replace(/[`*]/g, '')
    .replace(/\\([^\w\s])/g, '$1');
}

/** As a title tells the tokens of the answers that were given since: without what came from a cache. */
function tokensOf({ model }: AgentRig, { asksBefore }: Asked, { counts = [] }: Truth): string {
  const answers = model.asks.slice(asksBefore).filter(({ cue }) => counts.includes(cue));
  const sum = answers.reduce((total, { cost }) => total + (cost === undefined ? 0 : cost.input + cost.output), 0);
  return sum < 1_000 ? `${sum} tokens` : `${(sum / 1_000).toFixed(1).replace(/\.0$/, '')}k tokens`;
}
