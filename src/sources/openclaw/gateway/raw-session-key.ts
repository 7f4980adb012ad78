// Reads a session key as the gateway sends it. Pure.

const CRON_RUN = /^(agent:[^:]+:cron:([^:]+)):run:[^:]+$/;
const CRON_JOB = /^agent:[^:]+:cron:([^:]+)/;
const ANNOUNCED = /^announce:v\d+:(agent:.+?:subagent:[0-9a-f-]+)/;
const MAX_KEY_CHARS = 512;

/** The key for events: in lower case, and for a scheduled run the key of its job, as in the session index. */
export function sessionKeyOf(rawKey: string): string {
  const key = rawKey.toLowerCase();
  return CRON_RUN.exec(key)?.[1] ?? key;
}

/** The id of the job whose runs this session contains. */
export function cronJobOf(rawKey: string): string | undefined {
  return CRON_JOB.exec(rawKey.toLowerCase())?.[1];
}

/** Whether it can be the key of a session: they all start with the agent. */
export function isSessionKey(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_KEY_CHARS && /^agent:[^:]+:./.test(value);
}

/** Whether a run reports a sub-agent's result to its parent; the id may name the child. */
export function announcedBy(runId: string): { childKey?: string } | undefined {
  if (!runId.startsWith('announce:')) return undefined;
  const childKey = ANNOUNCED.exec(runId)?.[1]?.toLowerCase();
  return childKey === undefined ? {} : { childKey };
}
