// The shape of a record that comes from elsewhere. What is not known is kept: a newer watcher may say more. Bounds are those of 16 KB of JSON.

import { z } from 'zod';

const NAME_CHARS = 512;
const LAST_DATE_MS = 8.64e15; // later instants are no dates
const MOST = 1e15; // a sum of so many is still a number

const name = z.string().min(1).max(NAME_CHARS);
const text = z.string();
const at = z.number().min(-LAST_DATE_MS).max(LAST_DATE_MS);
const count = z.number().min(0).max(MOST);
const amount = z.number().min(-MOST).max(MOST);
const yes = z.literal(true);
const audience = z.enum(['public', 'own', 'direct', 'unknown', 'disputed']);

const route = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('channel'), channelId: name, rootId: name.exactOptional(), otherwise: audience.exactOptional() }),
  z.looseObject({ kind: z.literal('direct'), userId: name.exactOptional(), channelId: name.exactOptional(), moves: yes.exactOptional() }),
  z.looseObject({ kind: z.literal('elsewhere'), audience }),
]);

const trigger = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('person'),
    postId: name.exactOptional(),
    rootId: name.exactOptional(),
    userId: name.exactOptional(),
    chat: z.enum(['direct', 'group']).exactOptional(),
  }),
  ...(['operator', 'heartbeat', 'command', 'parent', 'unknown'] as const).map((kind) => z.looseObject({ kind: z.literal(kind) })),
  z.looseObject({ kind: z.literal('schedule'), jobId: name.exactOptional(), name: text.exactOptional() }),
  z.looseObject({ kind: z.literal('announce'), childSessionId: name.exactOptional(), childKey: name.exactOptional() }),
  z.looseObject({ kind: z.literal('recovery'), promptId: name.exactOptional() }),
]);

const callOutcome = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('ok'), durationMs: count.exactOptional() }),
  z.looseObject({
    kind: z.literal('failed'),
    exitCode: amount.exactOptional(),
    detail: text.exactOptional(),
    durationMs: count.exactOptional(),
  }),
  z.looseObject({ kind: z.literal('aborted') }),
  z.looseObject({ kind: z.literal('background'), handle: name }),
]);

const call = z.looseObject({
  callId: name,
  tool: name,
  args: z.record(z.string(), z.string()),
  startedAt: at,
  endedAt: at.exactOptional(),
  outcome: callOutcome.exactOptional(),
  parentCallId: name.exactOptional(),
});

const line = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('text'),
    at: at.exactOptional(),
    id: name,
    text,
    source: name.exactOptional(),
    injected: yes.exactOptional(),
  }),
  z.looseObject({ kind: z.literal('call'), at: at.exactOptional(), callId: name, call: call.exactOptional() }),
  z.looseObject({ kind: z.literal('child'), at: at.exactOptional(), childKey: name }),
  z.looseObject({ kind: z.literal('note'), at: at.exactOptional(), id: name, text }),
]);

/** The kinds of lines that we can draw. Others are left out, and counted. */
export const LINE_KINDS: ReadonlySet<unknown> = new Set(['text', 'call', 'child', 'note']);

const waiting = z.looseObject({
  waitId: name,
  on: z.enum(['approval', 'answer', 'review', 'gate']),
  since: at.exactOptional(),
  text: text.exactOptional(),
  callId: name.exactOptional(),
  until: at.exactOptional(),
  who: text.exactOptional(),
  copy: z.array(text).exactOptional(),
  link: text.exactOptional(),
});

const usage = z.looseObject({ input: count, output: count, cacheRead: count, cacheWrite: count, costUsd: count });

const ENDS = [
  ...(['done', 'failed', 'aborted', 'timed_out', 'lost', 'released', 'cancelled', 'rejected', 'stopped'] as const),
  'unseen' as const,
];

const turn = z.looseObject({
  boxId: z.string().regex(/^[\w-]{1,80}$/),
  trigger,
  hasRun: z.boolean().exactOptional(),
  route: route.exactOptional(),
  startedAt: at,
  lastEventAt: at,
  lines: z.array(line),
  droppedLines: count,
  droppedFailures: count.exactOptional(),
  callsById: z.record(z.string(), call),
  childrenByKey: z.record(
    z.string(),
    z.looseObject({
      callId: name.exactOptional(),
      isPart: yes.exactOptional(),
      isWorker: yes.exactOptional(),
      label: text.exactOptional(),
    }),
  ),
  hostKey: name.exactOptional(),
  runsById: z.record(z.string(), z.looseObject({ open: z.boolean() })),
  runOpen: z.boolean(),
  background: z.array(name),
  waiting: z.array(waiting),
  retry: z.looseObject({ attempt: count, reason: text, at, nextAt: at.exactOptional() }).exactOptional(),
  plan: z.array(z.looseObject({ step: text, status: z.enum(['pending', 'in_progress', 'completed']) })).exactOptional(),
  meters: z.array(z.looseObject({ name: text, used: amount, of: amount.exactOptional(), unit: text.exactOptional() })).exactOptional(),
  notes: z.array(z.looseObject({ noteId: name, text, severity: z.enum(['info', 'warning', 'critical']) })).exactOptional(),
  busyUntil: at,
  end: z.looseObject({ outcome: z.enum(ENDS), at, reason: text.exactOptional() }).exactOptional(),
  interruptedAt: at.exactOptional(),
  superseded: z.boolean(),
  startedBy: z.array(name),
  usageById: z.record(z.string(), usage),
  messageIds: z.array(name),
  compactions: count,
  toolsUntold: yes.exactOptional(),
});

const session = z.looseObject({
  key: name,
  agentId: name,
  address: name.exactOptional(),
  tellsLoss: yes.exactOptional(),
  isSubAgent: yes.exactOptional(),
  isScheduled: yes.exactOptional(),
  sessionId: name.exactOptional(),
  parentKey: name.exactOptional(),
  label: text.exactOptional(),
  title: text.exactOptional(),
  route: route.exactOptional(),
  model: text.exactOptional(),
  contextTokens: count.exactOptional(),
  contextWindow: count.exactOptional(),
  toolsUntold: yes.exactOptional(),
  turns: z.array(turn).length(1),
  asOf: at,
});

export const recordSchema = z.looseObject({
  v: z.literal(1),
  gateway: z.string(),
  epoch: z.int().min(0),
  seq: z.int().min(0),
  sessions: z.tuple([session], session),
  marks: z.looseObject({
    violations: z.array(text).exactOptional(),
    remarks: z.array(text).exactOptional(),
    badge: text.exactOptional(),
  }),
});
