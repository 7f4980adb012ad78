// One scripted turn: how it is begun, and how its boxes are compared with what really happened. Holds no state.

import { decodeMeta, type LiveStatusMeta } from '../../src/boxes/publish/post-meta.ts';
import { fingerprint } from '../../src/core/turn.ts';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import type { Rig, Watching } from './gateway-rig.ts';
import { type Box, CHANNEL_ID, OPERATOR_CHANNEL_ID } from './chat-server.ts';
import { trueLines, trueTokens, withoutFigures } from './expected-lines.ts';
import { until } from '../support/until.ts';

/** A turn that goes on, or went on. */
export interface Turn {
  /** Unique in its rig; part of the commands it runs. */
  scenario: string;
  script: string;
  sessionKey: string;
  /** The thread of the person's post; absent for an operator's turn. */
  rootId?: string;
  /** Whether this box must be one of the turn, by where it stands and what it says of itself. */
  isShownBy(box: Box): boolean;
}

const FINAL = /^\[(DONE|ERROR|ABORTED|TIMEOUT|LOST|INTERRUPTED)\]/;
const SETTLED_MS = 25_000; // the latest correction seen came after a gateway's next row, within seconds
const SETTLE_LIMIT_MS = 90_000; // several turns at once on two slow cores

/** The oldest versions answer nobody else. */
const MENTION = '@openclaw';

/** A person posts in the channel; the agent's plugin takes it up and answers in the thread below. */
export function personAsks(rig: Rig, script: string, scenario: string, channelId = CHANNEL_ID): Turn {
  const beginsThread = rig.plan.installation.threads === 'of every post';
  const root = beginsThread ? undefined : rig.room.post(SAMPLE.aliceToken, channelId, 'Let us talk.', '');
  const asked = rig.room.post(SAMPLE.aliceToken, channelId, `${MENTION} Please work. cue:${script}/${scenario}`, root?.id ?? '');
  const { id: rootId } = root ?? asked;
  return { scenario, script, rootId, sessionKey: threadKey(rootId), isShownBy: ({ post }) => post.root_id === rootId };
}

/** A person posts once more in the thread of a turn that is over. */
export function personAsksAgain(rig: Rig, rootId: string, script: string, scenario: string): Turn {
  const { id } = rig.room.say(`Please work. cue:${script}/${scenario}`, rootId);
  return { scenario, script, rootId, sessionKey: threadKey(rootId), isShownBy: ({ post }) => metaOf(post)?.trigger === id };
}

/** Whoever can: a person where the version has a plugin, else an operator. */
export function asks(rig: Rig, script: string, scenario: string): Promise<Turn> {
  return rig.hasPlugin ? Promise.resolve(personAsks(rig, script, scenario)) : operatorAsks(rig, script, scenario);
}

/** The same one again in the same conversation. What was posted before is the first turn's. */
export async function asksAgain(rig: Rig, first: Turn, script: string, scenario: string): Promise<Turn> {
  const askedAt = Date.now();
  const isFirst = first.isShownBy.bind(first);
  first.isShownBy = (box) => isFirst(box) && box.post.create_at < askedAt;
  const isShownBy = (box: Box): boolean => isFirst(box) && box.post.create_at >= askedAt;
  const text = `${MENTION} Please work. cue:${script}/${scenario}`;
  if (first.rootId === undefined) await (await rig.operator()).send(first.sessionKey, text);
  else rig.room.say(text, first.rootId);
  return { ...first, scenario, script, isShownBy };
}

/** Who asked stops the turn. */
export async function interrupts(rig: Rig, { rootId, sessionKey }: Turn): Promise<void> {
  if (rootId === undefined) await (await rig.operator()).abort(sessionKey);
  else rig.room.say('/stop', rootId);
}

export async function operatorAsks(rig: Rig, script: string, scenario: string): Promise<Turn> {
  const sessionKey = `agent:main:desk-${scenario}`;
  const session = fingerprint(sessionKey);
  const operator = await rig.operator();
  await operator.send(sessionKey, `Please work. cue:${script}/${scenario}`);
  const isShownBy = ({ post }: Box): boolean => post.channel_id === OPERATOR_CHANNEL_ID && metaOf(post)?.session === session;
  return { scenario, script, sessionKey, isShownBy };
}

/** A job that reports to the channel, run at once. */
export async function jobAsks(rig: Rig, script: string, scenario: string): Promise<Turn> {
  const operator = await rig.operator();
  const { id } = await operator.call('cron.add', {
    name: scenario,
    schedule: { kind: 'every', everyMs: 86_400_000 },
    sessionTarget: 'isolated',
    wakeMode: 'now',
    payload: { kind: 'agentTurn', message: `Please work. cue:${script}/${scenario}` },
    delivery: { mode: 'announce', channel: 'mattermost', to: `channel:${CHANNEL_ID}` },
  });
  await operator.call('cron.run', { id, mode: 'force' });
  const isShownBy = ({ post, lines }: Box): boolean =>
    post.channel_id === CHANNEL_ID && post.root_id === '' && lines.some((line) => line.includes(scenario));
  return { scenario, script, sessionKey: `agent:main:cron:${String(id)}`, isShownBy };
}

function threadKey(rootId: string): string {
  return `agent:main:mattermost:channel:${CHANNEL_ID}:thread:${rootId}`;
}

function metaOf(post: Post): LiveStatusMeta | undefined {
  return decodeMeta(post.props['livestatus']);
}

/** All boxes that a watcher shows of the turn. There should be one. */
export function boxesOf(rig: Rig, { bot }: Pick<Watching, 'bot'>, turn: Turn): Box[] {
  return rig.room.boxesOf(bot).filter((box) => turn.isShownBy(box));
}

export interface Expected {
  /** How the title begins. */
  title: string | RegExp;
  /** Instead of what the model and the tools say. */
  lines?(truth: string[]): string[];
  /** The tokens in the title are those that the model counted. */
  tokens?: boolean;
}

/** A turn and what its box must come to. */
export interface Case {
  name: string;
  turn: Turn;
  expected: Expected;
  /** Shown while it went on. */
  meanwhile?: string;
}

/** Waits until the turn has exactly one box, which says what really happened. */
export async function boxTellsTruth(rig: Rig, watching: Pick<Watching, 'bot'>, turn: Turn, expected: Expected): Promise<void> {
  const differences = (): string => differencesOf(rig, watching, turn, expected);
  await until('the box says what happened', () => differences() === '', { timeoutMs: SETTLE_LIMIT_MS, detail: differences });
}

/** Its box has ended and stayed as it is for long: nobody will correct it. */
export function hasSettled(rig: Rig, watching: Watching, turn: Turn): boolean {
  const [box] = boxesOf(rig, watching, turn);
  return box !== undefined && FINAL.test(box.title) && Date.now() - box.post.update_at > SETTLED_MS;
}

/** What the box has to say below its title. */
export function linesOf(rig: Rig, { scenario, script }: Turn, expected: Expected): string[] {
  const truth = trueLines(rig.model, scenario, script);
  return expected.lines?.(truth) ?? truth;
}

/** Empty when all is as it should be. */
export function differencesOf(rig: Rig, watching: Pick<Watching, 'bot'>, turn: Turn, expected: Expected): string {
  const boxes = boxesOf(rig, watching, turn);
  const [box] = boxes;
  if (box === undefined || boxes.length > 1)
    return `${boxes.length} boxes:\n${boxes.map(textOf).join('\n')}\n${elsewhere(rig, watching, turn)}`;
  const drawn = drawnBy(rig, box);
  const wanted = linesOf(rig, turn, expected).map(drawn);
  const shown = withoutNotices(rig, turn, withoutFigures(box.lines), wanted.length).map(drawn);
  const title = drawn(box.title);
  const isTitled = typeof expected.title === 'string' ? title.startsWith(expected.title) : expected.title.test(title);
  const tokens = trueTokens(rig.model, turn.scenario);
  const isCounted = expected.tokens !== true || box.title.includes(`| ${tokens} |`);
  if (isTitled && isCounted && shown.join('\n') === wanted.join('\n')) return '';
  const expectation = `expected ${String(expected.title)}${expected.tokens === true ? `, ${tokens}` : ''}`;
  return [expectation, ...wanted, '', 'shown', textOf(box), elsewhere(rig, watching, turn)].join('\n');
}

/** All foreign words of the version that created a post stand in code spans, and a turn that was over by then needs no other one. */
function drawnBy(rig: Rig, { post }: Box): (line: string) => string {
  return rig.room.standIn.versionsOf(post.id).length > 1 ? (line) => line : (line) => line.replaceAll('`', '');
}

/** OpenClaw's plugin may add words of its own to a conversation; they stand in its posts, too. */
function withoutNotices(rig: Rig, { rootId }: Turn, lines: readonly string[], wanted: number): string[] {
  const posted = new Set(rootId === undefined ? [] : rig.room.answersIn(rootId));
  return lines.filter((line, nth) => nth < wanted || !posted.has(line));
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

/** What was wrong with the box on the way to a right end: an end that was none. Empty when nothing was. */
export function flawsOf(rig: Rig, watching: Watching, turn: Turn): string {
  const [box] = boxesOf(rig, watching, turn);
  const titles = rig.room.standIn.versionsOf(box?.post.id ?? '').map(({ post }) => rig.room.textOf(post).split('\n', 1)[0] ?? '');
  const last = FINAL.exec(titles.at(-1) ?? '')?.[0];
  const early = titles.filter((title, nth) => FINAL.test(title) && titles.slice(nth).some((later) => FINAL.exec(later)?.[0] !== last));
  return early.length === 0 ? '' : `ended before its end:\n${titles.join('\n')}`;
}

/** The plugin's own answer stands in the thread of the box. */
export async function agentAnswers(rig: Rig, turn: Turn, answer: string): Promise<void> {
  const answers = (): string[] => rig.room.answersIn(turn.rootId ?? '');
  await until(`the agent answers "${answer}"`, () => answers().includes(answer), {
    timeoutMs: SETTLE_LIMIT_MS,
    detail: () => answers().join('\n'),
  });
}

/** Boxes of the turn in places where they do not belong. */
function elsewhere(rig: Rig, { bot }: Pick<Watching, 'bot'>, turn: Turn): string {
  const boxes = rig.room.boxesOf(bot).filter((box) => !turn.isShownBy(box) && textOf(box).includes(turn.scenario));
  return boxes.map((box) => `in ${box.post.channel_id}, below ${box.post.root_id || 'nothing'}:\n${textOf(box)}`).join('\n');
}

/** A box as a person reads it. */
export function textOf({ title, lines }: Box): string {
  return [title, ...lines].join('\n');
}
