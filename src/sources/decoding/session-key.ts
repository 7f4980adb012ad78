// Pure: what a session key says by itself. The grammar is OpenClaw's, as seen in the stores of 2026.2 and 2026.7.

const AGENT_ID = /^agent:([^:]+):/;
const CRON_RUN = /:run:[^:]+$/;

/** The agent a key belongs to; keys without one (`global`, `unknown`) give `undefined`. */
export function agentIdOf(key: string): string | undefined {
  return AGENT_ID.exec(key)?.[1];
}

/** The key events are told under when no index names the session. */
export function unindexedKey(agentId: string, sessionId: string): string {
  return `agent:${agentId}:unindexed:${sessionId}`.toLowerCase();
}

/** 2026.2 stores a scheduled run twice, under the job's key and under `<job's key>:run:<id>`; the job's key is the session's. */
export function isRunAlias(key: string): boolean {
  return CRON_RUN.test(key);
}

/** Whether the key alone says that one person talks to the agent. */
export function isDirectKey(key: string): boolean {
  return /:(?:direct|dm):/.test(key);
}
