// The roles of agents. Only the configuration gives a role, never what an agent says.

/** The roles in the order in which they answer. */
export const ROLES = ['primary', 'secondary', 'observer'] as const;

export type Role = (typeof ROLES)[number];

/** Agent ids in lower case; projects and names of sources, such as `claude-code`, for sessions with an address. */
export type RolesByAgent = ReadonlyMap<string, Role>;

/**
 * Blanks around an agent's id and its case do not matter. A coding agent has a new id in each session: its role is that of its project
 * (`claude-code:/home/dev/shop`), else that of all its sessions (`claude-code`).
 */
export function roleOf(roles: RolesByAgent, { agentId, address }: { agentId: string; address?: string }): Role | undefined {
  const names = address === undefined ? [agentId] : [address, address.split(':', 1).join()];
  return names.map((name) => roles.get(name.trim().toLowerCase())).find((role) => role !== undefined);
}

/** The order of the configured roles: nobody waits for a role that no agent has. */
export function orderOf(roles: RolesByAgent): Role[] {
  const given = new Set(roles.values());
  return ROLES.filter((role) => given.has(role));
}
