// Says of OpenClaw's own configuration whether everybody in a channel may answer what an agent asks. Pure.

import { asList, asRecord, type JsonRecord } from '../../core/json-guards.ts';
import { type Finding, ok, warn } from './finding.ts';

const PLUGIN = 'channels.mattermost';

/** `mattermost`: the plugin's part of the configuration. Each of its accounts may open the door for itself. */
export function approvalFinding(mattermost: JsonRecord): Finding {
  const accounts = Object.entries(asRecord(mattermost['accounts']) ?? {});
  const open = [[PLUGIN, mattermost] as const, ...accounts.map(([name, account]) => [`${PLUGIN}.accounts.${name}`, account] as const)];
  const doors = open.flatMap(([place, part]) => doorsOf(asRecord(part) ?? {}).map((door) => `${place}.${door}`));
  if (doors.length === 0) return ok('approvals', 'not open to everybody');
  return warn(
    'approvals',
    `everybody in a channel may approve what an agent asks for, and OpenClaw does not record who did (${doors.join(', ')})`,
    `name the people who may in ${PLUGIN}.allowFrom of OpenClaw: allowFrom: ["<user id>"], and groupPolicy: "allowlist"`,
  );
}

function doorsOf(part: JsonRecord): string[] {
  const lists = ['allowFrom', 'groupAllowFrom'].filter((name) => asList(part[name]).includes('*')).map((name) => `${name}: ["*"]`);
  return [...lists, ...(part['groupPolicy'] === 'open' ? ['groupPolicy: "open"'] : [])];
}
