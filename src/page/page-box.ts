// What the page knows of one box: its card as the chat shows it, and figures to sort, filter and count by. Plain data. Pure.

import { type Activity, activityOf } from '../core/activity.ts';
import type { BoxState, Card } from '../core/card.ts';
import type { WaitsOn } from '../core/event.ts';
import { homeOf, isPublic } from '../core/home.ts';
import { projectIn, sessionTag, type Turn } from '../core/session.ts';
import { type JudgedTree, lastEventAt } from '../core/status.ts';
import { usageOfTree } from '../core/tree.ts';
import { waitsIn } from '../core/waiting.ts';

/** A wait without its words: those are in the card, as far as the chat may show them. */
export interface PageWait {
  readonly on: WaitsOn;
  readonly since: number;
  readonly until?: number;
  readonly link?: string;
}

/** Instants are milliseconds since the epoch. */
export interface PageBox {
  readonly id: string;
  readonly agent: string;
  /** What it is called beside its agent: `shop #a1b2`. */
  readonly name?: string;
  readonly source: string;
  /** The gateway that watches it, where a fleet has several. */
  readonly gateway?: string;
  /** Names the channel; absent for a direct conversation. */
  readonly channel?: string;
  /** The post in the chat. */
  readonly link?: string;
  readonly state: BoxState;
  readonly activity: Activity;
  readonly final: boolean;
  readonly color: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly startedAt: number;
  readonly lastEventAt: number;
  readonly endedAt?: number;
  readonly waits: readonly PageWait[];
  /** As titles count them: without what came from a cache. */
  readonly tokens: number;
  readonly costUsd: number;
  readonly subAgents: number;
  readonly findings: number;
  readonly isLoop: boolean;
}

/** What only the parts around the turn know of its box. */
export interface BoxSurroundings {
  readonly channel: string | undefined;
  readonly link: string | undefined;
  readonly findings: number;
  readonly isLoop: boolean;
}

/** Whether its box is not in the channel of its conversation, but where a rule or a setting has put it, which may be with a person. */
export function isElsewhere({ session, turn }: JudgedTree): boolean {
  return session.address !== undefined || homeOf(turn)?.kind !== 'channel';
}

/** Whether it is a conversation that only its members may read, wherever its box is. */
export function isDirect({ session, turn }: JudgedTree): boolean {
  if (session.address !== undefined) return false;
  const home = homeOf(turn);
  return home?.kind !== 'channel' && !(home?.kind === 'elsewhere' && isPublic(home.audience));
}

export function pageBoxOf(tree: JudgedTree, card: Card, { channel, link, findings, isLoop }: BoxSurroundings): PageBox {
  const { session, turn, status } = tree;
  const { input, output, cacheWrite, costUsd } = usageOfTree(tree);
  const name =
    session.title ?? (session.address === undefined ? '' : `${projectIn(session.address)} ${sessionTag(session.sessionId)}`.trim());
  return {
    id: turn.boxId,
    agent: session.agentId,
    ...(name === '' ? {} : { name }),
    source: turn.startedBy[0] ?? 'unknown',
    ...(session.gateway === undefined ? {} : { gateway: session.gateway }),
    ...(channel === undefined ? {} : { channel }),
    ...(link === undefined ? {} : { link }),
    state: status.state,
    activity: activityOf(status.state, turn, session.asOf),
    final: status.final,
    color: card.color,
    title: card.title,
    lines: card.lines,
    startedAt: turn.startedAt,
    lastEventAt: lastEventAt(tree),
    ...(status.final ? { endedAt: status.endedAt ?? lastEventAt(tree) } : {}),
    waits: status.final ? [] : openWaitsIn(tree),
    tokens: input + output + cacheWrite,
    costUsd,
    subAgents: childrenOf(tree),
    findings,
    isLoop,
  };
}

/** The turns in it. What is the very same one as before has had no event since. */
export function turnsIn(tree: JudgedTree): readonly Turn[] {
  return [tree.turn, ...Object.values(tree.childrenByKey).flatMap(turnsIn)];
}

/** The card is redacted already. A link that is changed by that leads nowhere. */
export function withoutSecrets(box: PageBox, redact: (text: string) => string): PageBox {
  const { agent, name } = box;
  const waits = box.waits.map(({ link, ...wait }) => (link === undefined || redact(link) !== link ? wait : { ...wait, link }));
  return { ...box, agent: redact(agent), ...(name === undefined ? {} : { name: redact(name) }), waits };
}

function childrenOf(tree: JudgedTree): number {
  return Object.values(tree.childrenByKey).reduce((sum, child) => sum + 1 + childrenOf(child), 0);
}

/** Sub-agents wait in the box of the turn that spawned them. */
function openWaitsIn(tree: JudgedTree): PageWait[] {
  const own = waitsIn(tree.turn, tree.session.asOf).map(({ on, since, until, link }) => ({
    on,
    since,
    ...(until === undefined ? {} : { until }),
    ...(link === undefined ? {} : { link }),
  }));
  return [...own, ...Object.values(tree.childrenByKey).flatMap(openWaitsIn)];
}

/** Rows are our own. A foreign or incomplete one is skipped. */
export function isPageBox(value: unknown): value is PageBox {
  const { id, agent, title, lines, waits, endedAt, lastEventAt: at } = (value ?? {}) as Partial<PageBox>;
  const areTexts = [id, agent, title].every((text) => typeof text === 'string');
  return areTexts && Array.isArray(lines) && Array.isArray(waits) && typeof endedAt === 'number' && typeof at === 'number';
}
