// The text forms of the coordinator's variables: what it is for, roles of agents, names of people and branches, rules on and off.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RULES } from '../coordinator/rules/catalogue.ts';
import { ROLES, type Role } from '../coordinator/rules/role.ts';
import { defaultStateDir } from '../process/state-dir.ts';
import { GROUP_NAMES } from './name-forms.ts';
import { toggle } from './plain-forms.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

/** Agent ids in lower case. */
export type AgentRoles = readonly (readonly [agentId: string, role: Role])[];

/** Rules that differ from their default. */
export type RuleSwitches = Readonly<Record<string, boolean>>;

/** `general`: only rules that need neither roles nor a governance state. */
export type CoordinatorScope = 'off' | 'general' | 'governed';

const GENERAL = 'general';

/** A switch with a third word. */
export function coordinatorScope(): TextForm<CoordinatorScope> {
  const onOff = toggle();
  const decode = (text: string): Decoded<CoordinatorScope> => {
    if (text.toLowerCase() === GENERAL) return { value: GENERAL };
    const isOn = onOff.decode(text);
    return 'value' in isOn ? { value: isOn.value ? 'governed' : 'off' } : isOn;
  };
  return textForm(`${onOff.expected}, or else ${GENERAL}`, decode, (scope) => (scope === GENERAL ? GENERAL : scope === 'off' ? '0' : '1'));
}

/** On when agents are governed: roles are set, or the governance skills have written a state. */
export function coordinatorDefault(env: NodeJS.ProcessEnv): string {
  if (env['COORDINATOR_ROLES']?.trim()) return '1';
  const dir = env['GOVERNANCE_DIR']?.trim() || join(homeOf(env), '.openclaw', 'governance');
  return existsSync(join(dir, 'state.json')) ? '1' : GENERAL;
}

/** The ledger of the governance skills where agents are governed or it exists, else one of our own. */
export function ledgerDefault(env: NodeJS.ProcessEnv): string {
  const shared = join(homeOf(env), '.openclaw', 'audits', 'moses', 'audit_ledger.jsonl');
  const scope = coordinatorScope().decode(env['COORDINATOR']?.trim() || coordinatorDefault(env));
  if (('value' in scope && scope.value === 'governed') || existsSync(shared)) return shared;
  return join(env['STATE_DIR']?.trim() || defaultStateDir(env), 'audit_ledger.jsonl');
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return env['HOME'] || homedir();
}

/** `main=primary,reviewer=secondary`. An agent has one role. */
export function roleList(): TextForm<AgentRoles> {
  const expected = `agent=role pairs divided by commas, each agent once, where a role is one of ${ROLES.join(', ')}`;
  return textForm(expected, decodeRoles, (roles) => roles.map(([agentId, role]) => `${agentId}=${role}`).join(','));
}

function decodeRoles(text: string): Decoded<AgentRoles> {
  const pairs = text
    .toLowerCase()
    .split(',')
    .map((pair) => pair.split('=').map((part) => part.trim()));
  const roles: [string, Role][] = [];
  for (const [agentId = '', word = '', ...rest] of pairs) {
    const role = ROLES.find((known) => known === word);
    if (!/^[^\s=,]+$/.test(agentId) || role === undefined || rest.length > 0) return { wrong: undefined };
    if (roles.some(([other]) => other === agentId)) return { wrong: `names ${agentId} twice` };
    roles.push([agentId, role]);
  }
  return { value: roles };
}

/** User names, with or without `@`. Names that would reach a whole channel are refused. */
export function peopleList(): TextForm<readonly string[]> {
  return textForm('Mattermost user names divided by commas', decodePeople, (people) => people.join(','));
}

function decodePeople(text: string): Decoded<readonly string[]> {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^@/, ''));
  const group = names.find((name) => GROUP_NAMES.has(name));
  if (group !== undefined) return { wrong: `names @${group}, which is no person` };
  return names.every((name) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) ? { value: [...new Set(names)] } : { wrong: undefined };
}

/** Names of branches; a `*` at the end stands for any characters. */
export function branchList(): TextForm<readonly string[]> {
  const decode = (text: string): Decoded<readonly string[]> => {
    const names = text.split(',').map((name) => name.trim());
    return names.every((name) => /^[\w./-]+\*?$/.test(name)) ? { value: [...new Set(names)] } : { wrong: undefined };
  };
  return textForm('names of branches divided by commas, where a * at the end stands for any characters', decode, (names) =>
    names.join(', '),
  );
}

/** `drift, !posture`: other rules keep their default. */
export function ruleList(): TextForm<RuleSwitches> {
  const expected = `names divided by commas, !name for off, of ${RULES.map(({ name }) => name).join(', ')}`;
  const encode = (switches: RuleSwitches) =>
    Object.entries(switches)
      .map(([name, isOn]) => (isOn ? name : `!${name}`))
      .join(', ');
  return textForm(expected, decodeRules, encode);
}

function decodeRules(text: string): Decoded<RuleSwitches> {
  const switches: Record<string, boolean> = {};
  for (const word of text.toLowerCase().split(',')) {
    const name = word.trim().replace(/^!/, '');
    if (!RULES.some((rule) => rule.name === name)) return { wrong: undefined };
    switches[name] = !word.trim().startsWith('!');
  }
  return { value: switches };
}
