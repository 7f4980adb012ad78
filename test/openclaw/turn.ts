// One scripted turn: how it is begun, and how its boxes are compared with what really happened. Holds no state.

import { until } from '../integration/harness.ts';
import type { Rig, Watching } from './rig.ts';
import { type Box, CHANNEL_ID, OPERATOR_CHANNEL_ID } from './room.ts';
import { trueLines, trueTokens, withoutFigures } from './truth.ts';

/** A turn that goes on, or went on. */
export interface Turn {
  /** Unique in its rig; part of the commands it runs. */
  scenario: string;
  script: string;
  sessionKey: string;
  /** The person's post; absent for an operator's turn. */
  rootId?: string;
}

const SETTLE_LIMIT_MS = 90_000; // several turns at once on two slow cores

/** A person posts in the channel; the agent's plugin takes it up and answers in the thread below. */
export function personAsks(rig: Rig, script: string, scenario: string): Turn {
  const { id: rootId } = rig.room.say(`Please work. cue:${script}/${scenario}`);
  return { scenario, script, rootId, sessionKey: `agent:main:mattermost:channel:${CHANNEL_ID}:thread:${rootId}` };
}

export async function operatorAsks(rig: Rig, script: string, scenario: string): Promise<Turn> {
  const sessionKey = `agent:main:desk-${scenario}`;
  const operator = await rig.operator();
  await operator.send(sessionKey, `Please work. cue:${script}/${scenario}`);
  return { scenario, script, sessionKey };
}

/** All boxes that a watcher shows of the turn. There should be one. */
export function boxesOf(rig: Rig, { bot }: Watching, { scenario, rootId }: Turn): Box[] {
  const boxes = rig.room.boxesOf(bot);
  if (rootId !== undefined) return boxes.filter(({ post }) => post.root_id === rootId);
  return boxes.filter(({ post, lines }) => post.channel_id === OPERATOR_CHANNEL_ID && lines.some((line) => line.includes(scenario)));
}

export interface Expected {
  /** How the title begins. */
  title: string | RegExp;
  /** Instead of what the model and the tools say. */
  lines?(truth: string[]): string[];
  /** The tokens in the title are those that the model counted. */
  tokens?: boolean;
}

/** Waits until the turn has exactly one box, which says what really happened. */
export async function boxTellsTruth(rig: Rig, watching: Watching, turn: Turn, expected: Expected): Promise<void> {
  const differences = (): string => differencesOf(rig, watching, turn, expected);
  await until('the box says what happened', () => differences() === '', { timeoutMs: SETTLE_LIMIT_MS, detail: differences });
}

/** Empty when all is as it should be. */
export function differencesOf(rig: Rig, watching: Watching, turn: Turn, expected: Expected): string {
  const boxes = boxesOf(rig, watching, turn);
  const [box] = boxes;
  if (box === undefined || boxes.length > 1) return `${boxes.length} boxes:\n${boxes.map(textOf).join('\n')}`;
  const truth = trueLines(rig.model, turn.scenario, turn.script);
  const wanted = expected.lines?.(truth) ?? truth;
  const shown = withoutFigures(box.lines);
  const isTitled = typeof expected.title === 'string' ? box.title.startsWith(expected.title) : expected.title.test(box.title);
  const tokens = trueTokens(rig.model, turn.scenario);
  const isCounted = expected.tokens !== true || box.title.includes(`| ${tokens} |`);
  if (isTitled && isCounted && shown.join('\n') === wanted.join('\n')) return '';
  return [`expected ${String(expected.title)}${expected.tokens === true ? `, ${tokens}` : ''}`, ...wanted, '', 'shown', textOf(box)].join(
    '\n',
  );
}

/** Some version of the box showed this while the turn went on. */
export async function boxOnceShowed(rig: Rig, watching: Watching, turn: Turn, words: string): Promise<void> {
  const versions = (): string[] =>
    boxesOf(rig, watching, turn).flatMap(({ post }) =>
      rig.room.standIn.versionsOf(post.id).map((version) => rig.room.textOf(version.post)),
    );
  await until(`the box shows ${words}`, () => versions().some((text) => text.includes(words)), {
    detail: () => versions().join('\n---\n'),
  });
}

/** The plugin's own answer stands in the thread of the box. */
export async function agentAnswers(rig: Rig, turn: Turn, answer: string): Promise<void> {
  const answers = (): string[] => rig.room.answersIn(turn.rootId ?? '');
  await until(`the agent answers "${answer}"`, () => answers().includes(answer), {
    timeoutMs: SETTLE_LIMIT_MS,
    detail: () => answers().join('\n'),
  });
}

function textOf({ title, lines }: Box): string {
  return [title, ...lines].join('\n');
}
