// A retry is the same turn, however it is written: 2026.2 to 2026.9 word it differently, and only 2026.7 marks the repeated line.

import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { AT } from './transcript-lines.ts';

const CONTINUE = 'Continue where you left off. The previous model attempt failed or timed out.';
const MARK = '[Retry after the previous model attempt failed or timed out]';
const EMPTY =
  'The previous attempt did not produce a user-visible answer. Continue from the current state and produce the visible answer now. Do not restart from scratch.';
const ONLY_THOUGHT =
  'The previous assistant turn recorded reasoning but did not produce a user-visible answer. Continue from that partial turn and produce the visible answer now. Do not restate the reasoning or restart from scratch.';
const ONLY_PLAN =
  'The previous assistant turn only described the plan. Do not restate the plan. Act now: take the first concrete tool action you can. If a real blocker prevents action, reply with the exact blocker in one sentence.';
const ONLY_COMPACTED =
  'The previous attempt compacted the conversation context before producing a final user-visible answer. Continue from the compacted transcript and produce the final answer now. Do not restart from scratch.';
const MID_TURN =
  'Continue from the current transcript after the latest tool result. Do not repeat the original user request, and do not rerun completed tools unless the transcript shows they are still needed.';
const HEARTBEAT = 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.\nCurrent time: Wednesday, 10:00';
const REPORT = '[System Message] [sessionId: c1] A subagent task "x" just completed successfully.';

let count = 0;
const entryAt = (seconds: number, fields: object): string =>
  JSON.stringify({ id: `e${++count}`, parentId: null, timestamp: new Date(AT + seconds * 1_000).toISOString(), ...fields });
const message = (seconds: number, fields: object): string => entryAt(seconds, { type: 'message', message: fields });
const asks = (seconds: number, text: string, fields: object = {}): string =>
  message(seconds, { role: 'user', content: [{ type: 'text', text }], ...fields });
const fails = (seconds: number, errorMessage = '429 limit reached'): string =>
  message(seconds, { role: 'assistant', provider: 'p', content: [], stopReason: 'error', errorMessage });
const answers = (seconds: number, text = 'Done.'): string =>
  message(seconds, { role: 'assistant', provider: 'p', content: text === '' ? [] : [{ type: 'text', text }], stopReason: 'stop' });
const calls = (seconds: number): string =>
  message(seconds, {
    role: 'assistant',
    provider: 'p',
    content: [{ type: 'toolCall', id: 'c', name: 'exec', arguments: {} }],
    stopReason: 'toolUse',
  });
const result = (seconds: number): string => message(seconds, { role: 'toolResult', toolCallId: 'c', toolName: 'exec', content: [] });
const aborts = (seconds: number): string => message(seconds, { role: 'assistant', provider: 'p', content: [], stopReason: 'aborted' });
const compacts = (seconds: number): string => entryAt(seconds, { type: 'compaction', summary: 's' });
const promptError = (seconds: number, error: string): string =>
  entryAt(seconds, { type: 'custom', customType: 'openclaw:prompt-error', data: { error } });
const stops = (seconds: number): string =>
  message(seconds, {
    role: 'assistant',
    provider: 'openclaw',
    model: 'gateway-injected',
    content: [],
    stopReason: 'stop',
    openclawAbort: { aborted: true },
  });
const block = (messageId: string, text: string): string =>
  `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify({ message_id: messageId, sender_id: '77' })}\n\`\`\`\n\n${text}`;

/** What each user line sets going: `again` for a retry of the first prompt. */
function beginnings(lines: readonly string[]): string[] {
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => {} });
  const events = lines.flatMap((line) => decode(line).events);
  const first = events.find((event) => event.type === 'turn_started')?.messageId;
  return events.flatMap((event) => {
    if (event.type !== 'turn_started') return [];
    const { trigger } = event;
    if (trigger.kind !== 'recovery') return [trigger.kind];
    return [trigger.promptId !== undefined && trigger.promptId === first ? 'again' : 'recovery'];
  });
}

describe('the same turn goes on', () => {
  it.each<[string, string[]]>([
    ['with a prompt that says to continue', [asks(0, 'go'), fails(1), asks(2, CONTINUE)]],
    ['with one that comes a back-off later', [asks(0, 'go'), fails(1), asks(700, CONTINUE)]],
    ['with one after an attempt that left no line', [asks(0, 'go'), asks(60, CONTINUE)]],
    [
      'with one after a time-out',
      [asks(0, 'go'), calls(1), result(2), aborts(600), promptError(600, 'aborted | request timed out'), asks(601, CONTINUE)],
    ],
    [
      'with one that has an envelope',
      [asks(0, '[Wed 2026-11-25 10:00 UTC] go'), fails(1), asks(2, `[Wed 2026-11-25 10:00 UTC] ${CONTINUE}`)],
    ],
    [
      'with one that names an earlier attempt only',
      [asks(0, 'go'), fails(1), asks(2, 'Continue where you left off. The previous attempt timed out.')],
    ],
    ['with one to a person', [asks(0, block('m1', 'go')), fails(1), asks(2, CONTINUE)]],
    ...[
      'Continue where you left off. The previous attempt was rate limited.',
      'Continue where you left off. The previous run hit a rate limit.',
      'Please continue where you left off. The previous model attempt failed.',
      'Continue from where you left off. Your last response was cut off.',
    ].map((text): [string, string[]] => [`with other words: ${text}`, [asks(0, 'go'), fails(1), asks(2, text)]]),
    ['with a mark that counts', [asks(0, 'go'), fails(1), asks(2, '[Retry 2/3 after the previous model attempt timed out]\n\ngo')]],
    ['with a mark on the same line', [asks(0, 'go'), fails(1), asks(2, '[Retry after the last attempt failed] go')]],
    [
      'with a reminder that it was cut off',
      [asks(0, 'go'), answers(1, 'I'), asks(2, 'The previous model attempt was cut off. Continue from the partial output.')],
    ],
    ['with a prompt in another language once more', [asks(0, 'その猫を描いて'), fails(1), asks(20, 'その猫を描いて')]],
    ['with a prompt in another form of the same letters', [asks(0, 'café'), fails(1), asks(20, 'cafe\u0301')]],
    ['with the same prompt and other white space', [asks(0, 'go  on\n'), fails(1), asks(20, 'go on')]],
    ['with a marked prompt', [asks(0, 'go'), fails(1), asks(2, `${MARK}\n\ngo`)]],
    ['with a marked prompt of a person', [asks(0, block('m1', 'go')), fails(1), asks(2, `${MARK}\n\n${block('m1', 'go')}`)]],
    [
      'with a marked prompt behind what was said elsewhere',
      [asks(0, 'go'), fails(1), asks(2, `## Prior session context (from claude-cli)\n\nuser: hi\n\n${MARK}\n\ngo`)],
    ],
    ['with the same prompt after an overflow', [asks(0, 'go'), fails(1, 'context overflow'), compacts(90), asks(91, 'go')]],
    ['with the same prompt after a compaction in the middle', [asks(0, 'go'), calls(1), result(2), compacts(40), asks(41, 'go')]],
    ['with the same prompt after a limit', [asks(0, 'go'), fails(1), asks(31, 'go')]],
    [
      'with the same prompt hours later, by its own time',
      [asks(0, '[Wed 2026-11-25 10:00 UTC] go'), fails(1), asks(36_000, '[Wed 2026-11-25 10:00 UTC] go')],
    ],
    [
      'with the same prompt with a new time',
      [asks(0, '[Wed 2026-11-25 10:00 UTC] go'), fails(59), asks(60, '[Wed 2026-11-25 10:01 UTC] go')],
    ],
    ['with the same prompt after nothing', [asks(0, 'go'), asks(20, 'go')]],
    ['with the same prompt after an empty answer', [asks(0, 'go'), answers(1, ''), asks(2, 'go')]],
    ['with the same prompt after an abort by itself', [asks(0, 'go'), aborts(1), asks(2, 'go')]],
    ['with a message that is delivered twice', [asks(0, block('m1', 'go')), answers(1), asks(400, block('m1', 'go'))]],
    ['with a prompt that got a reminder', [asks(0, 'go'), answers(1, ''), asks(2, `go\n\n${EMPTY}`)]],
    ['with a reminder that it only thought', [asks(0, 'go'), answers(1, 'Hm.'), asks(2, `go\n\n${ONLY_THOUGHT}`)]],
    ['with a reminder that it only planned', [asks(0, 'go'), answers(1, 'I shall go.'), asks(2, ONLY_PLAN)]],
    ['with a reminder that it only compacted', [asks(0, 'go'), compacts(1), asks(2, `go\n\n${ONLY_COMPACTED}`)]],
    ['with a reminder in the middle', [asks(0, 'go'), calls(1), result(2), compacts(3), asks(4, MID_TURN)]],
    ['with a heartbeat tried twice', [asks(0, HEARTBEAT), fails(1), asks(2, HEARTBEAT.replace('10:00', '10:01'))]],
    ['with a scheduled run tried twice', [asks(0, '[cron:1 nightly] do it'), fails(1), asks(5, '[cron:1 nightly] do it')]],
    ['with a report told twice', [asks(0, REPORT), fails(1), asks(5, REPORT)]],
    ['though somebody asked for a status in between', [asks(0, 'go'), fails(1), asks(2, '/status'), asks(3, 'go')]],
  ])('%s', (_what, lines) => {
    const [first, ...rest] = beginnings(lines).filter((kind) => kind !== 'command');
    expect(first).not.toBe('again');
    expect(rest).toEqual(['again']);
  });

  it('through any number of models', () => {
    expect(
      beginnings([asks(0, 'go'), fails(1), asks(2, CONTINUE), fails(3), asks(4, `${MARK}\n\ngo`), fails(5), asks(6, 'go'), answers(7)]),
    ).toEqual(['operator', 'again', 'again', 'again']);
  });
});

describe('another turn begins', () => {
  it.each<[string, string[], string]>([
    ['with the same words after an answer', [asks(0, 'go'), answers(1), asks(2, 'go')], 'operator'],
    ['with the same words after a person stopped the run', [asks(0, 'go'), stops(1), answers(1), aborts(2), asks(3, 'go')], 'operator'],
    ['with the same words minutes after a failure', [asks(0, 'go'), fails(1), asks(300, 'go')], 'operator'],
    ['with the same words in another message', [asks(0, block('m1', 'go')), fails(1), asks(2, block('m2', 'go'))], 'person'],
    [
      'with the same words in another run',
      [asks(0, 'go', { idempotencyKey: 'r1:user' }), fails(1), asks(2, 'go', { idempotencyKey: 'r2:user' })],
      'operator',
    ],
    ['with other words after a failure', [asks(0, 'go'), fails(1), asks(2, 'once more')], 'operator'],
    ['with words about the answer before', [asks(0, 'go'), answers(1), asks(2, 'Your previous answer was wrong. Continue.')], 'operator'],
    ['with half of a wording of the gateway', [asks(0, 'go'), fails(1), asks(2, 'Continue where you left off.')], 'operator'],
    ['with a wording of the gateway that a person typed', [asks(0, block('m1', 'go')), fails(1), asks(2, block('m2', CONTINUE))], 'person'],
    ['with a prompt to continue what is not in the file', [asks(0, 'go'), answers(1), asks(2, CONTINUE)], 'unknown'],
    ['with the next heartbeat', [asks(0, HEARTBEAT), fails(1), asks(1_800, HEARTBEAT)], 'heartbeat'],
    ['with pictures alone', [asks(0, ''), fails(1), asks(2, '')], 'operator'],
  ])('%s', (_what, lines, kind) => {
    expect(beginnings(lines)).toHaveLength(2);
    expect(beginnings(lines)[1]).toBe(kind);
  });

  it('with a marked prompt whose first try is not in the file, by what it asks', () => {
    expect(beginnings([asks(0, `${MARK}\n\n${block('m1', 'go')}`)])).toEqual(['person']);
    expect(beginnings([asks(0, CONTINUE)])).toEqual(['unknown']);
  });
});
