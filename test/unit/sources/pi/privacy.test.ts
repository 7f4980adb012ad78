// What a route does not switch on never leaves the source. Only `hidden`, which nobody folds or shows, has it.

import { expect, it } from 'vitest';
import type { Visibility } from '../../../../src/core/source.ts';
import { createPiDecoder } from '../../../../src/sources/pi/pi-decoder.ts';

const ROUTED: Visibility = { isRouted: true, commands: false, texts: false, prompts: false };
const AT = '2026-11-27T09:00:00.000Z';

const message = (id: string, body: Record<string, unknown>) => ({ type: 'message', id, parentId: null, timestamp: AT, message: body });
const call = (id: string, name: string, args: Record<string, unknown>) => ({ type: 'toolCall', id, name, arguments: args });
const LINES = [
  { type: 'session', version: 3, id: 's1', timestamp: AT, cwd: '/home/dev/shop' },
  message('m0', { role: 'system', content: 'canary-system' }),
  message('m1', { role: 'user', content: [{ type: 'text', text: 'canary-prompt' }] }),
  message('m2', {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'canary-thought' },
      { type: 'text', text: 'canary-text' },
      call('c1', 'bash', { command: 'canary-command' }),
      call('c2', 'write', { path: '/home/dev/secret/out.txt', content: 'canary-content' }),
    ],
    stopReason: 'toolUse',
  }),
  message('m3', {
    role: 'toolResult',
    toolCallId: 'c1',
    toolName: 'bash',
    content: [{ type: 'text', text: 'canary-output\n\nCommand exited with code 3' }],
    isError: true,
  }),
  message('m4', { role: 'assistant', content: [], stopReason: 'error', errorMessage: 'canary-error' }),
  { ...message('m5', {}), type: 'canary_kind' },
];

/** The canaries in all that may be folded, drawn, stored or logged. */
function canaries(visibility: Visibility): string[] {
  const unknown: string[] = [];
  const decode = createPiDecoder({ redact: (text) => text, visibility: () => visibility, onUnknown: (kind) => unknown.push(kind) });
  const bodies = LINES.flatMap((line) => decode(JSON.stringify(line)).events).map(({ body }) => body);
  expect(unknown).toEqual(['entry:canary_kind']);
  expect(bodies).toContainEqual(expect.objectContaining({ type: 'tool_ended', outcome: { kind: 'failed', exitCode: 3 } }));
  const shown = JSON.stringify(bodies, (name, value: unknown) => (name === 'hidden' ? undefined : value));
  expect(shown).toContain('"path":"out.txt"');
  return [...new Set(shown.match(/canary-\w+/g))].toSorted();
}

it.each([
  ['nothing', ROUTED, []],
  ['prompts', { ...ROUTED, prompts: true }, ['canary-prompt']],
  ['texts', { ...ROUTED, texts: true }, ['canary-error', 'canary-text']],
  ['commands', { ...ROUTED, commands: true }, ['canary-command']],
])('with %s switched on, exactly that is shown', (_what, visibility, expected) => {
  expect(canaries(visibility)).toEqual(expected);
});
