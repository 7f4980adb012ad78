// What really happened in a recording, call by call: `steps.ndjson` says which answers the model gave and in which script, each call's id
// says which answer asked for it, and the program's own lines say what came of it. Nothing of the watcher's code is used.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asList, asNumber, asRecord, asText, type JsonRecord } from '../../../../src/core/json-guards.ts';

/** `stopped`: refused, interrupted, or cut off with its program. */
type Came = 'ok' | 'background' | 'stopped' | 'failed' | `failed ${number}`;

export interface RealCall {
  tool: string;
  came: Came;
}

export interface Reality {
  /** In the order in which the model asked for them. */
  calls: RealCall[];
  /** What does not fit together: calls that no answer asked for, steps of a script that follow no call. */
  odd: string[];
}

interface Request {
  id: number;
  cue: string | null;
  step: number | null;
  kind: string;
}

/** These go on by themselves: an answer that is too long, a hook that sends the model back to work. */
const WITHOUT_CALLS: ReadonlySet<string> = new Set(['maxtok', 'stophook']);

/** `isAside`: it has no line of its own, such as a look at a command that runs already. */
type Outcomes = Map<string, RealCall & { isAside?: boolean }>;

export function realityOf(version: string, scenario: string): Reality {
  const folder = fileURLToPath(new URL(`../../../fixtures/${version}/${scenario}`, import.meta.url));
  const lines = linesBelow(join(folder, 'home'));
  const outcomes = version.startsWith('codex') ? codexOutcomes(lines) : claudeOutcomes(lines);
  const steps = jsonLines(join(folder, 'steps.ndjson'));
  const requests = steps.filter(({ what }) => what === 'request') as unknown as Request[]; // a fixture of ours
  const answered = new Set(steps.flatMap(({ what, id }) => (what === 'answer complete' ? [id] : [])));
  const helps = [...outcomes].some(([, { tool, came }]) => tool === 'Agent' || came === 'background');
  const asked = [...outcomes].map(([id, call]) => ({ ...call, ...placeOf(id), id }));
  const sorted = asked.toSorted((one, other) => one.request - other.request || one.place - other.place);
  const unasked = sorted.flatMap(({ id, request }) => (answered.has(request) ? [] : [`no answer asked for ${id}`]));
  const askers = new Set(asked.map(({ request }) => request));
  return {
    calls: sorted.flatMap(({ tool, came, isAside }) => (isAside === true ? [] : [{ tool, came }])),
    odd: [...unasked, ...(helps ? [] : stepsWithoutCalls(requests, askers))],
  };
}

/** A script goes on to its next step when the calls of the step before have come back, or something in the background has. */
function stepsWithoutCalls(requests: readonly Request[], askers: ReadonlySet<number>): string[] {
  const ids = (cue: string, step: number): number[] =>
    requests.flatMap((request) => (request.cue === cue && request.step === step && request.kind === 'main' ? [request.id] : []));
  return requests.flatMap(({ cue, step, kind }) => {
    if (cue === null || step === null || step === 0 || kind !== 'main' || WITHOUT_CALLS.has(cue)) return [];
    return ids(cue, step - 1).some((id) => askers.has(id)) ? [] : [`step ${step} of ${cue} follows no call`];
  });
}

/** `toolu_fake0004x2` is the second call of the fourth answer. */
function placeOf(callId: string): { request: number; place: number } {
  const [, request, place] = /_fake(\d+)x(\d+)$/.exec(callId) ?? [];
  return { request: Number(request), place: Number(place) };
}

function claudeOutcomes(lines: readonly JsonRecord[]): Outcomes {
  const outcomes: Outcomes = new Map();
  for (const line of lines)
    for (const block of asList(asRecord(line['message'])?.['content']).map(asRecord)) {
      const [id, resultOf] = [asText(block?.['id']), asText(block?.['tool_use_id'])];
      if (block?.['type'] === 'tool_use' && id !== undefined && !outcomes.has(id))
        outcomes.set(id, { tool: asText(block['name']) ?? '', came: 'stopped' });
      const call = block?.['type'] === 'tool_result' && resultOf !== undefined ? outcomes.get(resultOf) : undefined;
      if (call !== undefined && block !== undefined) call.came = claudeCame(block, line);
    }
  return outcomes;
}

function claudeCame(result: JsonRecord, line: JsonRecord): Came {
  const text = textOf(result['content']);
  if (asRecord(line['toolUseResult'])?.['backgroundTaskId'] !== undefined) return 'background';
  if (result['is_error'] !== true) return 'ok';
  const isByRule = asRecord(line['permissionDecision'])?.['source'] === 'config';
  if (!isByRule && (line['toolDenialKind'] !== undefined || /interrupted|doesn't want to proceed/.test(text))) return 'stopped';
  return failed(/^Exit code (\d+)/.exec(text)?.[1]);
}

function codexOutcomes(lines: readonly JsonRecord[]): Outcomes {
  const outcomes: Outcomes = new Map();
  for (const { type, payload: raw } of lines) {
    const payload = asRecord(raw) ?? {};
    const id = asText(payload['call_id']);
    if (type !== 'response_item' || id === undefined) continue;
    const kind = asText(payload['type']) ?? '';
    const isAside = kind === 'tool_search_call' || payload['name'] === 'write_stdin';
    if (kind.endsWith('_call')) outcomes.set(id, { tool: codexTool(payload), came: 'stopped', isAside });
    const call = kind.endsWith('_output') ? outcomes.get(id) : undefined;
    if (call !== undefined) call.came = codexCame(textOf(payload['output']));
  }
  for (const { payload } of lines) correctByItem(outcomes, asRecord(asRecord(payload)?.['item']) ?? {});
  return outcomes;
}

/** Only tools of other servers are shown with what they belong to. */
function codexTool({ namespace, name }: JsonRecord): string {
  const server = /^mcp__(.+)$/.exec(asText(namespace) ?? '')?.[1];
  return `${server === undefined ? '' : `${server}.`}${asText(name)}`;
}

function codexCame(output: string): Came {
  if (/aborted by user/.test(output)) return 'stopped';
  const code = Number(/exited with code (-?\d+)/.exec(output)?.[1] ?? 0);
  if (code !== 0) return failed(`${code}`);
  return /verification failed|Script failed|unavailable in|"isError":true/.test(output) ? 'failed' : 'ok';
}

/** An item of the call's own id knows better how it ended. */
function correctByItem(outcomes: Outcomes, item: JsonRecord): void {
  const call = outcomes.get(asText(item['id']) ?? '');
  if (call === undefined || call.came === 'stopped' || item['type'] !== 'CommandExecution') return;
  const code = asNumber(item['exit_code']) ?? 0;
  call.came = code === 0 ? 'ok' : failed(`${code}`);
}

function failed(code: string | undefined): Came {
  return code === undefined ? 'failed' : `failed ${Number(code)}`;
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

function linesBelow(folder: string): JsonRecord[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return files.toSorted().flatMap((name) => jsonLines(join(folder, name)));
}

function jsonLines(path: string): JsonRecord[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => asRecord(JSON.parse(line)) ?? {});
}
