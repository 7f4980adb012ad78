// The roles of agents. Only the configuration gives a role, never what an agent says.

/** The roles in the order in which they answer. */
export const ROLES = ['primary', 'secondary', 'observer'] as const;

export type Role = (typeof ROLES)[number];

/** Agent ids in lower case. */
export type RolesByAgent = ReadonlyMap<string, Role>;

/** Blanks around an agent's id and its case do not matter. */
export function roleOf(roles: RolesByAgent, agentId: string): Role | undefined {
  return roles.get(agentId.trim().toLowerCase());
}

/** The order of the configured roles: nobody waits for a role that no agent has. */
export function orderOf(roles: RolesByAgent): Role[] {
  const given = new Set(roles.values());
  return ROLES.filter((role) => given.has(role));
}
