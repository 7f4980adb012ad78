// What of a frame is worth keeping in a capture. Pure.

/** A frame as the gateway sends it. */
export interface WireFrame {
  type: string;
  id?: string;
  event?: string;
  ok?: boolean;
  seq?: number;
  payload?: Record<string, unknown>;
}

const MAX_CHARS = 600;
const NOISE: ReadonlySet<string> = new Set([
  'health',
  'presence',
  'tick',
  'heartbeat',
  'skills.changed',
  'config.changed',
  'update.available',
]);
/** Streams of growing text: the first piece of a run tells all that a reader makes of them. */
const GROWING: ReadonlySet<string> = new Set(['assistant', 'thinking', 'usage']);
/** Members of a session's row that a reader has a use for. */
const ROW = new Set(
  `key kind classification agentId label channel chatType spawnedBy parentSessionKey spawnDepth subagentRole sessionId updatedAt startedAt endedAt
  status hasActiveRun hasActiveSubagentRun activeRunIds abortedLastRun lastRunError lastRunId deliveryContext lastChannel lastTo lastThreadId
  lastAccountId origin inputTokens outputTokens totalTokens totalTokensFresh contextTokens estimatedCostUsd createdVia model runtimeMs isBackground
  childSessions forkedFromParent lastInteractionAt`.split(/\s+/),
);
/** Members of an event that say what happened; rows are copied into it beside them. */
const EVENT = new Set(
  'sessionKey agentId reason phase ts runId message messageId messageSeq session stream data seq isHeartbeat'.split(' '),
);
const ROWS_ARE_COPIED: ReadonlySet<string> = new Set(['agent', 'session.tool', 'session.message', 'sessions.changed']);
const USELESS: ReadonlySet<string> = new Set([
  'systemPromptReport',
  'skillsSnapshot',
  'ancestorSessions',
  'transcriptPosition',
  'idempotencyKey',
]);
const OF_HELLO = new Set(['type', 'protocol', 'server', 'auth', 'policy', 'snapshot']);

/** Frames that are left out: noise, and all but the first piece of a growing text. Remembers in `spokenRuns` which runs have spoken. */
export function isSkipped({ event, payload }: WireFrame, spokenRuns: Set<string>): boolean {
  if (event === undefined) return false;
  if (NOISE.has(event) || event.startsWith('device.')) return true;
  const stream = event === 'chat' && payload?.['state'] === 'delta' ? 'delta' : String(payload?.['stream']);
  if (stream !== 'delta' && !GROWING.has(stream)) return false;
  const piece = `${event} ${stream} ${String(payload?.['runId'])}`;
  const isMore = spokenRuns.has(piece);
  spokenRuns.add(piece);
  return isMore;
}

/** The same frame with short texts, rows without what nobody reads, and texts as `scrub` leaves them. */
export function trimmedFrame(frame: WireFrame, scrub: (text: string) => string): object {
  const isRow = frame.event !== undefined && ROWS_ARE_COPIED.has(frame.event);
  const payload = isRow ? { payload: withoutCopies(frame.payload ?? {}) } : {};
  return trimmed({ ...frame, ...payload }, '', scrub) as object;
}

function withoutCopies(payload: Record<string, unknown>): Record<string, unknown> {
  const isWork = payload['stream'] !== undefined && payload['stream'] !== 'lifecycle'; // any of these may come without a row
  return Object.fromEntries(
    Object.entries(payload).filter(
      ([name, value]) => (EVENT.has(name) && !(isWork && name === 'session')) || (ROW.has(name) && !isWork && value !== null),
    ),
  );
}

function trimmed(value: unknown, name: string, scrub: (text: string) => string): unknown {
  if (typeof value === 'string') return shortened(scrub(value));
  if (Array.isArray(value)) return value.map((item) => trimmed(item, name === 'sessions' ? 'session' : name, scrub));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([member]) => isKept(name, value, member));
  return Object.fromEntries(members.map(([member, inner]) => [member, trimmed(inner, member, scrub)]));
}

function isKept(name: string, parent: object, member: string): boolean {
  if ('type' in parent && parent.type === 'hello-ok') return OF_HELLO.has(member);
  if (name === 'snapshot') return member === 'uptimeMs';
  if (name === 'session' || name === 'sessionInfo') return ROW.has(member);
  return !USELESS.has(member);
}

function shortened(text: string): string {
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}…[+${text.length - MAX_CHARS} chars]`;
}
