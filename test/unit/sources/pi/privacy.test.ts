// What a route does not switch on never leaves the source. Only `hidden`, which nobody folds or shows, has it.

import { expect, it } from 'vitest';
import type { Visibility } from '../../../../src/core/source.ts';
import { createPiDecoder } from '../../../../src/sources/pi/pi-decoder.ts';
import { piCanaries } from './canaries.ts';

const ROUTED: Visibility = { isRouted: true, commands: false, texts: false, prompts: false };

/** The canaries in all that may be folded, drawn, stored or logged. */
function canaries(visibility: Visibility): string[] {
  const unknown: string[] = [];
  const decode = createPiDecoder({ redact: (text) => text, visibility: () => visibility, onUnknown: (kind) => unknown.push(kind) });
  const bodies = piCanaries()
    .flatMap((line) => decode(line).events)
    .map(({ body }) => body);
  expect(unknown).toEqual(['entry:canary_kind']);
  expect(bodies).toContainEqual(expect.objectContaining({ type: 'tool_ended', outcome: { kind: 'failed', exitCode: 3 } }));
  const shown = JSON.stringify(bodies, (name, value: unknown) => (name === 'hidden' ? undefined : value));
  expect(shown).toContain('"path":"secret-plans.md"');
  return [...new Set(shown.match(/CANARY-[a-z-]+/g))].toSorted();
}

it.each([
  ['nothing', ROUTED, []],
  ['prompts', { ...ROUTED, prompts: true }, ['CANARY-prompt-pi']],
  ['texts', { ...ROUTED, texts: true }, ['CANARY-text-error-pi', 'CANARY-text-pi']],
  ['commands', { ...ROUTED, commands: true }, ['CANARY-command-pi']],
])('with %s switched on, exactly that is shown', (_what, visibility, expected) => {
  expect(canaries(visibility)).toEqual(expected);
});
