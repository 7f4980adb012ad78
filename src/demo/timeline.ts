// Turns a recording into the steps of a replay, in the order in which people, the gateway and coding agents took them. Pure.

import type { RecordedChange, RecordedLine, RecordedMessage, RecordedPost, RecordedSession, Recording } from './recording.ts';

/** One step of the replay. Lines of one step are written at once. */
export type Step =
  | { readonly kind: 'post'; readonly post: RecordedPost }
  | { readonly kind: 'run_started'; readonly session: RecordedSession }
  | { readonly kind: 'lines'; readonly session: RecordedSession; readonly lines: readonly RecordedLine[] }
  | { readonly kind: 'run_ended'; readonly session: RecordedSession; readonly answer: string | undefined }
  | { readonly kind: 'change'; readonly change: RecordedChange }
  | { readonly kind: 'message'; readonly message: RecordedMessage };

/** `atMs` counts from the beginning of the recording. */
export interface TimedStep {
  readonly atMs: number;
  readonly step: Step;
}

/** All steps by time; steps of the same instant keep the order of their session. */
export function timelineOf({ posts, sessions, changes, messages }: Recording): TimedStep[] {
  const postSteps = posts.map((post): TimedStep => ({ atMs: post.atMs, step: { kind: 'post', post } }));
  const changeSteps = changes.map((change): TimedStep => ({ atMs: change.atMs, step: { kind: 'change', change } }));
  const messageSteps = messages.map((message): TimedStep => ({ atMs: message.atMs, step: { kind: 'message', message } }));
  return [...postSteps, ...sessions.flatMap(stepsOf), ...changeSteps, ...messageSteps].toSorted((a, b) => a.atMs - b.atMs);
}

function stepsOf(session: RecordedSession): TimedStep[] {
  return runsOf(session.lines).flatMap((lines, index) => {
    const startedAtMs = startOf(lines);
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return [];
    const written = index === 0 ? firstBurst(lines) : lines.map((line) => [line]);
    return [
      { atMs: startedAtMs, step: { kind: 'run_started', session } },
      ...written.map((burst): TimedStep => ({ atMs: burst.at(-1)?.atMs ?? 0, step: { kind: 'lines', session, lines: burst } })),
      { atMs: last.atMs, step: { kind: 'run_ended', session, answer: answerOf(session, last) } },
    ];
  });
}

/** A run begins with a user line; header and settings belong to the first run. */
function runsOf(lines: readonly RecordedLine[]): RecordedLine[][] {
  const runs: RecordedLine[][] = [];
  let hasAsked = false;
  for (const line of lines) {
    const asks = line.entry.message?.role === 'user';
    if (runs.length === 0 || (asks && hasAsked)) runs.push([]);
    hasAsked ||= asks;
    runs.at(-1)?.push(line);
  }
  return runs;
}

/** A message's own time is when it arrived; its line is written later. */
function startOf(lines: readonly RecordedLine[]): number {
  const asked = lines.find((line) => line.entry.message?.role === 'user');
  if (asked?.entry.message === undefined) return lines[0]?.atMs ?? 0;
  return asked.atMs - (Date.parse(asked.entry.timestamp) - asked.entry.message.timestamp);
}

/** OpenClaw creates a transcript when the first assistant message is complete, and writes all lines so far at once. */
function firstBurst(lines: readonly RecordedLine[]): RecordedLine[][] {
  const position = lines.findIndex((line) => line.entry.message?.role === 'assistant');
  return [lines.slice(0, position + 1), ...lines.slice(position + 1).map((line) => [line])];
}

/** The gateway posts the last text of a run that people asked for. Sub-agents answer to their parents. */
function answerOf({ row }: RecordedSession, { entry: { message } }: RecordedLine): string | undefined {
  if (row.spawnedBy !== undefined || message?.stopReason !== 'stop') return undefined;
  const texts = message.content.flatMap(({ text }) => text ?? []);
  return texts.length === 0 ? undefined : texts.join('\n');
}
