// What `live-status config` says of ROUTES: which rules are of no use, and where each session that a watcher knows goes.

import { explainPlaces } from '../app/explain-places.ts';
import { ADDRESSES, decodeAddresses, decodeRuleUses, isUnused, RULE_USES, UNUSED } from '../app/route-book.ts';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { Config } from '../config/config.ts';
import { isRefusal } from '../core/sink.ts';
import { type RouteRule, type RouteTarget, ruleText, targetText } from '../core/route-rule.ts';
import { type Checkpoint, readOnlyCheckpoint } from '../store/checkpoint.ts';
import { SessionStore } from '../store/session-store.ts';
import { type ChatServer, openChatServer } from './doctor/chat-server.ts';

const CHECK_WITHIN_MS = 3_000; // a configuration is also looked at where Mattermost cannot be reached

/** One sentence each. Reads what a watcher has stored, and asks Mattermost for the targets; changes nothing. */
export async function routeLines(config: Config, now: number): Promise<string[]> {
  const stored = readOnlyCheckpoint(config.stateDir);
  try {
    const { routes = [] } = config;
    const targets = routes.length === 0 ? [] : await targetProblems(config, routes);
    return [...targets, ...unusedRules(routes, stored, now), ...explainPlaces(sessionsIn(stored), addressesIn(stored), config)];
  } finally {
    stored?.close();
  }
}

type Stored = Pick<Checkpoint, 'rows' | 'close'> | undefined;

function sessionsIn(stored: Stored) {
  if (stored === undefined) return [];
  const readOnly: Checkpoint = { ...stored, write: () => false, problem: () => undefined };
  return new SessionStore<BoxEntry>(readOnly, { sessions: () => new Map(), entries: () => [] }).stored();
}

function addressesIn(stored: Stored): string[] {
  return decodeAddresses(factIn(stored, ADDRESSES));
}

function factIn(stored: Stored, name: string): unknown {
  return stored?.rows('fact').find(({ key }) => key === name)?.value;
}

function unusedRules(routes: readonly RouteRule[], stored: Stored, now: number): string[] {
  const uses = decodeRuleUses(factIn(stored, RULE_USES));
  return routes.flatMap((rule) => {
    const use = uses.get(rule.pattern);
    return use !== undefined && isUnused(use, now) ? [`ROUTES ${ruleText(rule)}: ${UNUSED}`] : [];
  });
}

/** The targets that cannot be used. When Mattermost does not answer, that is said once. */
async function targetProblems(config: Config, routes: readonly RouteRule[]): Promise<string[]> {
  const chat = openChatServer(config);
  const signal = AbortSignal.timeout(CHECK_WITHIN_MS);
  const targets = new Map(routes.map(({ target }) => [targetText(target), target]));
  try {
    const problems = await Promise.all([...targets.values()].map((target) => problemOf(target, chat, signal)));
    return problems.filter((problem) => problem !== undefined);
  } catch (error) {
    return [`The targets of ROUTES were not checked: ${error instanceof Error ? error.message : 'Mattermost does not answer'}.`];
  } finally {
    await chat.close();
  }
}

async function problemOf(target: RouteTarget, { sink }: ChatServer, signal: AbortSignal): Promise<string | undefined> {
  try {
    await (target.kind === 'person' ? sink.userNamed(target.username, signal) : sink.resolveChannel(targetText(target), signal));
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `ROUTES target ${targetText(target)}: ${error.message}`;
  }
}
