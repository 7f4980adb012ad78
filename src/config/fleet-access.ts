// Which part of a fleet this process is, what that part needs, and how it reaches the bus.

import { type BusAccess, busAccess, type BusProblem, busProblems } from './bus-access.ts';
import { settings as table, type Values } from './settings.ts';

export type Role = Values['role'];

/** The bus of the fleet, and what is kept there. */
export interface FleetAccess extends BusAccess {
  /** One word for the chat server, in the subjects of the bus. */
  readonly server: string;
  /** How many servers of a cluster keep what a publisher stores. */
  readonly replicas: number;
}

type FleetSettings = Partial<Pick<Values, Extract<keyof Values, `fleet${string}`> | 'role' | 'allowPlaintext'>>;

export type FleetChoice = { readonly problems: readonly BusProblem[] } | { readonly fleet?: FleetAccess };

/** Without a fleet there is no bus, and with one each process has one part of it. */
export function fleetOf(settings: FleetSettings): FleetChoice {
  const { role = 'both', fleetUrl: url, fleetServer: server = 'main', fleetReplicas = '1' } = settings;
  const problems = [...busProblems('fleet', settings), ...wrongRole(role, url)];
  if (problems.length > 0) return { problems };
  return url === undefined ? {} : { fleet: { ...busAccess('fleet', settings, url), server, replicas: Number(fleetReplicas) } };
}

/** Whether this part of a fleet talks to the chat server. */
export function writesBoxes(role: Role | undefined): boolean {
  return role !== 'watcher';
}

/** Whether this part of a fleet watches agents. */
export function watchesAgents(role: Role | undefined): boolean {
  return role !== 'publisher';
}

function wrongRole(role: Role, url: string | undefined): BusProblem[] {
  if (role === 'both' && url !== undefined) {
    const expected = 'watcher on the machines of the agents and publisher on another, or no FLEET_URL for a machine alone';
    return [{ variable: table.role.variable, wrong: 'is both, and FLEET_URL is set', expected }];
  }
  if (role === 'both' || url !== undefined) return [];
  const { variable, form } = table.fleetUrl;
  return [{ variable, wrong: `is missing, and ROLE is ${role}`, expected: `${form.expected}; or ROLE=both for a machine alone` }];
}
