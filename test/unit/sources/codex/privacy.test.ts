// What a route does not switch on never leaves the source, in any recording. Only `hidden`, which nobody folds or shows, has it.

import { describe, expect, it } from 'vitest';
import { asList, asRecord, asText, type JsonRecord, parseJson } from '../../../../src/core/json-guards.ts';
import type { Visibility } from '../../../../src/core/source.ts';
import { type Recording, recordingsOf } from '../coding-agents/recording.ts';
import { decoded } from './decoded.ts';

const ROUTED: Visibility = { isRouted: true, commands: false, texts: false, prompts: false };
const RECORDINGS = [...recordingsOf('codex-0.171.0'), ...recordingsOf('codex-0.134.0')].map(
  (recording) => [recording.name, recording] as const,
);
const LEAST_CHARS = 8; // shorter ones are words that anything may contain

/** What a recording says, by the switch that shows it. What no switch shows is under `never`. */
interface Words {
  prompts: string[];
  texts: string[];
  commands: string[];
  never: string[];
}

describe.each(RECORDINGS)('%s', (_name, recording) => {
  const words = wordsOf(recording);

  it('shows nothing of what was said and done by default', () => {
    const shown = shownOf(recording, ROUTED);
    expect(
      Object.values(words)
        .flat()
        .filter((word) => shown.includes(word)),
    ).toEqual([]);
  });

  it.each(['prompts', 'texts', 'commands'] as const)('shows only its part with +%s', (part) => {
    const shown = shownOf(recording, { ...ROUTED, [part]: true });
    const others = (['prompts', 'texts', 'commands', 'never'] as const).filter((other) => other !== part);
    const foreign = others.flatMap((other) => words[other].filter((word) => !words[part].some((own) => own.includes(word))));
    expect(foreign.filter((word) => shown.includes(word))).toEqual([]);
  });

  it('shows prompts, texts and commands with everything switched on, and no output, thought or content of a file', () => {
    const shown = shownOf(recording, { isRouted: true, commands: true, texts: true, prompts: true });
    const visible = [...words.prompts, ...words.texts, ...words.commands];
    expect(words.prompts.filter((word) => !shown.includes(word))).toEqual([]);
    const never = words.never.filter((word) => !visible.some((other) => other.includes(word)));
    expect(never.filter((word) => shown.includes(word))).toEqual([]);
  });
});

it('a path outside the project is shown by its last part alone', () => {
  const approval = RECORDINGS.find(([name]) => name === 'codex-0.171.0/approval')?.[1];
  if (approval === undefined) throw new Error('it is recorded');
  const shown = shownOf(approval, ROUTED);
  expect(shown).toContain('"path":"outside.txt"');
  expect(shown).not.toContain('/home/dev/outside.txt');
});

/** Everything that may be folded, drawn, stored or logged, as text. */
function shownOf(recording: Recording, visibility: Visibility): string {
  return decoded(recording, visibility)
    .events.map((event) => JSON.stringify(event, (name, value: unknown) => (name === 'hidden' ? undefined : value)))
    .join('\n');
}

function wordsOf(recording: Recording): Words {
  const words: Words = { prompts: [], texts: [], commands: [], never: [] };
  for (const [, text] of recording.logs())
    for (const line of text.trimEnd().split('\n')) addWords(words, asRecord(parseJson(line)) ?? {}, line);
  return Object.fromEntries(
    Object.entries(words).map(([part, all]: [string, string[]]) => [part, [...new Set(all)].filter(isTelling)]),
  ) as unknown as Words;
}

function isTelling(word: string): boolean {
  return word.length >= LEAST_CHARS && !word.includes('\n') && JSON.stringify(word) === `"${word}"`;
}

function addWords(words: Words, { payload }: JsonRecord, line: string): void {
  const raw = asRecord(payload) ?? {};
  const item = asRecord(raw['item']) ?? {};
  const contents = asList(item['content']).flatMap((part) => asText(asRecord(part)?.['text']) ?? []);
  // A sub-agent is prompted by its parent: those words are the parent's, too.
  if (item['type'] === 'UserMessage') words.prompts.push(...contents);
  if (raw['type'] === 'user_message') words.prompts.push(asText(raw['message']) ?? '');
  if (item['type'] === 'AgentMessage') words.texts.push(...contents);
  if (raw['type'] === 'agent_message') words.texts.push(asText(raw['message']) ?? '');
  const args = raw['type'] === 'function_call' ? (asRecord(parseJson(asText(raw['arguments']) ?? '')) ?? {}) : {};
  words.commands.push(asText(args['cmd']) ?? '');
  words.texts.push(...['justification', 'message', 'task_name', 'explanation'].flatMap((name) => asText(args[name]) ?? []));
  words.never.push(...(asText(item['aggregated_output']) ?? '').split('\n'), ...linesOfOutput(raw['output']));
  words.never.push(...asList(item['summary_text']).flatMap((text) => asText(text)?.split('\n') ?? []));
  if (line.includes('"developer"')) words.never.push('permissions instructions', 'skills_instructions');
}

function linesOfOutput(output: unknown): string[] {
  return typeof output === 'string' && output.includes('\nOutput:\n') ? (output.split('\nOutput:\n')[1] ?? '').split('\n') : [];
}
