// Changes the texts of a record: every string that is no name by which something is found again. Pure.
//
// What is not known to be such a name is text, so that a field that is added later is redacted, too.

/** Fields whose strings are names. Below `args` nothing is. */
const NAMES = new Set([
  'v',
  'gateway',
  'kind',
  'key',
  'agentId',
  'sessionId',
  'parentKey',
  'address',
  'boxId',
  'hostKey',
  'childKey',
  'childSessionId',
  'callId',
  'parentCallId',
  'waitId',
  'noteId',
  'id',
  'postId',
  'rootId',
  'userId',
  'channelId',
  'jobId',
  'promptId',
  'handle',
  'on',
  'status',
  'severity',
  'source',
  'startedBy',
  'background',
  'outcome',
  'audience',
  'otherwise',
  'chat',
  'tool',
  'model',
  'unit',
]);
const ARGUMENTS = 'args';

/** The same value with other texts. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only strings change, and they stay strings
  return mapped(value, change, false) as T;
}

function mapped(value: unknown, change: (text: string) => string, isArgument: boolean): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change, isArgument));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]: [string, unknown]) => [name, member(name, item, change, isArgument)] as const);
  return Object.fromEntries(entries); // a member that is called __proto__ is one like any other
}

function member(name: string, item: unknown, change: (text: string) => string, isArgument: boolean): unknown {
  if (!isArgument && NAMES.has(name) && isName(item)) return item;
  return mapped(item, change, isArgument || name === ARGUMENTS);
}

function isName(item: unknown): boolean {
  return typeof item === 'string' || (Array.isArray(item) && item.every((each) => typeof each === 'string'));
}
