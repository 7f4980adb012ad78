// Checks the coding agents: which homes are watched, whether they may be read, and whether a rule of ROUTES shows what is in them.

import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { asText, parseJson } from '../../core/json-guards.ts';
import { type RouteRule, ruleFor, ruleToShow } from '../../core/route-rule.ts';
import { inSlices } from '../../files/in-slices.ts';
import { refusalOf } from '../../files/open-file.ts';
import { SOURCES } from '../../sources/catalogue.ts';
import { leafFolders } from '../../sources/coding-agents/leaf-folders.ts';
import { projectOf } from '../../sources/coding-agents/project.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const AGENTS = SOURCES.filter((source) => 'lives' in source);
const AS_OWNER = 'run the watcher as the owner; docs/CODING-AGENTS.md says how one watcher may read the homes of several users';
const HEAD_BYTES = 65_536; // the folder of a session is named in its first lines
const HEADS_IN_FOLDER = 20; // projects become known from some logs of each folder, so years of logs cost little
const MAX_HEADS = 1_000;
const HEADS_AT_ONCE = 16;

type Agent = (typeof AGENTS)[number];

/** What is known of one home. `addresses`: of its projects, as rules of ROUTES name them. */
interface HomeLook {
  readonly path: string;
  readonly isThere: boolean;
  readonly sessions: number;
  readonly addresses: readonly string[];
  readonly unreadable: readonly string[];
}

/** One finding for each home, for each agent without one while others are watched, and for homes that we may not look into. */
export async function checkCodingAgents({ chosen, routes = [] }: Pick<Config, 'chosen' | 'routes'>): Promise<Finding[]> {
  const findings = await Promise.all(AGENTS.map((agent) => checkAgent(agent, chosen.homes[agent.id] ?? [], routes)));
  const none = Object.keys(chosen.homes).length === 0;
  return [...(none ? [ok('coding agents', 'not watched')] : findings.flat()), ...hiddenFindings(chosen.hiddenHomes)];
}

/** Names them all: their people may wait for boxes. */
function hiddenFindings(hidden: readonly string[]): Finding[] {
  return hidden.length === 0 ? [] : [warn('CODING_HOMES', `this user may not look into ${hidden.join(', ')}`, AS_OWNER)];
}

async function checkAgent(agent: Agent, homes: readonly string[], rules: readonly RouteRule[]): Promise<Finding[]> {
  if (homes.length === 0) return [ok(agent.lives.subject, 'not watched')];
  const looks = await Promise.all(homes.map((home) => lookAt(agent, home)));
  const isReadSomewhere = looks.some(({ unreadable }) => unreadable.length === 0);
  return looks.map((look) => homeFinding(agent, look, rules, isReadSomewhere));
}

function homeFinding({ id, lives }: Agent, look: HomeLook, rules: readonly RouteRule[], isReadSomewhere: boolean): Finding {
  const { path, isThere, sessions, addresses, unreadable } = look;
  const about = lives.subject;
  if (!isThere) return warn(about, `${path} is not there; it is waited for`, `start ${about} once as its user`);
  if (unreadable.length > 0) {
    const level = isReadSomewhere ? warn : fail;
    return level(about, `${path}: ${unreadable.length} may not be read, such as ${unreadable[0]}`, AS_OWNER);
  }
  const says = `${path}: ${counted(sessions, 'session')} in ${counted(addresses.length, 'project')}`;
  const uncovered = addresses.filter((address) => ruleFor(rules, address) === undefined);
  const covered = addresses.length - uncovered.length;
  if (covered > 0) return ok(about, `${says}; rules of ROUTES show ${covered}`);
  if (addresses.length === 0 && rules.some(({ pattern }) => pattern.startsWith(`${id}:`))) return ok(about, says);
  const rule = ruleToShow(uncovered[0] ?? `${id}:*`);
  return warn(about, `${says}; no rule of ROUTES shows any`, `add a rule to ROUTES, such as ${rule}`);
}

async function lookAt({ id, lives }: Agent, path: string): Promise<HomeLook> {
  const found = await leafFolders(lives.logs.folders).find(path);
  if (found.kind !== 'found') return { path, isThere: found.kind !== 'missing', sessions: 0, addresses: [], unreadable: [path] };
  const listed = await Promise.all(found.folders.map((folder) => logsIn(folder.path, lives.logs.name)));
  const newest = listed.flatMap(({ logs }) => logs.slice(-HEADS_IN_FOLDER)).slice(-MAX_HEADS);
  const heads = await inSlices(newest, HEADS_AT_ONCE, headOf);
  const unreadable = [...found.unreadable, ...listed.flatMap((list) => list.unreadable), ...heads.flatMap((head) => head.unreadable)];
  const projects = new Set(heads.flatMap(({ folder }) => (folder === undefined ? [] : [projectOf(folder).main])));
  const addresses = [...projects].toSorted().map((project) => `${id}:${project}`);
  return { path, isThere: true, sessions: listed.flatMap(({ logs }) => logs).length, addresses, unreadable };
}

async function logsIn(folder: string, name: RegExp): Promise<{ logs: string[]; unreadable: string[] }> {
  try {
    const names = await readdir(folder);
    return {
      logs: names
        .filter((each) => name.test(each))
        .toSorted()
        .map((each) => join(folder, each)),
      unreadable: [],
    };
  } catch (error) {
    return { logs: [], unreadable: refusalOf(error) === 'unreadable' ? [folder] : [] };
  }
}

/** The folder in which the session works, from the first lines of its log. */
async function headOf(path: string): Promise<{ folder?: string; unreadable: string[] }> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const text = /"cwd":("(?:[^"\\]|\\.)*")/.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
    const folder = text === undefined ? undefined : asText(parseJson(text));
    return { ...(folder === undefined ? {} : { folder }), unreadable: [] };
  } catch (error) {
    return { unreadable: refusalOf(error) === 'unreadable' ? [path] : [] };
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
