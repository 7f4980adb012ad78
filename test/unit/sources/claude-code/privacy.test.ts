import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { NOTHING_VISIBLE, type Visibility } from '../../../../src/core/source.ts';
import { isRecord } from '../../../../src/core/json-guards.ts';
import { tempFolder, tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { writeCanaries } from './canaries.ts';
import { Recording, scenariosOf, VERSIONS } from './recording.ts';
import { SessionWriter } from './session-writer.ts';
import { clockAt, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

/** What anybody can see of events: not what only rules get. */
function shown(events: readonly SessionEvent[]): string {
  return JSON.stringify(events, (name, value: unknown) => (name === 'hidden' ? undefined : value));
}

async function canariesIn(may: Partial<Visibility>): Promise<string[]> {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const { source, events } = await watch({ dirs: [dir], visibility: () => ({ ...NOTHING_VISIBLE, ...may }) });
  onTestFinished(() => source.stop());
  writeCanaries(writer);
  await eventually(() => expect(events.some(({ type }) => type === 'run_ended')).toBe(true));
  await eventually(() => expect(events.some(({ type }) => type === 'child_spawned')).toBe(true));
  await sleep(100);
  expect(JSON.stringify(source.health())).not.toContain('CANARY');
  expect(shown(events)).toContain('src/inside.ts');
  expect(shown(events)).toContain('secret-plans.md');
  return [...new Set(shown(events).match(/CANARY-[a-z-]+/g))].toSorted();
}

const OF_TEXTS = ['agent', 'answer', 'error', 'message', 'question', 'title', 'todo'].map((place) => `CANARY-text-${place}`);

describe('of a session with a canary in each place', () => {
  it('nothing leaves the source without a rule, or with a rule alone', async () => {
    expect(await canariesIn({})).toEqual([]);
    expect(await canariesIn({ isRouted: true })).toEqual([]);
  });

  it('each switch of a route shows its part and nothing else', async () => {
    expect(await canariesIn({ commands: true })).toEqual(['CANARY-command', 'CANARY-command-description']);
    expect(await canariesIn({ prompts: true })).toEqual(['CANARY-prompt', 'CANARY-prompt-queued']);
    const texts = await canariesIn({ texts: true });
    expect(texts.filter((canary) => canary !== 'CANARY-text-task')).toEqual(OF_TEXTS);
  });

  it('with all of them nothing that the model thought, read, wrote into files or was told by programs', async () => {
    const all = await canariesIn({ commands: true, prompts: true, texts: true });
    expect(all.filter((canary) => canary.includes('never') || canary.includes('outside'))).toEqual([]);
  });
});

/** Every text of a recording that a person, the model or a tool wrote. */
function textsOf(folder: string): Set<string> {
  const texts = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.jsonl')))
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)) {
      const entry: unknown = JSON.parse(line);
      if (isRecord(entry) && isRecord(entry['message'])) collect(entry['message']['content'], 'content', texts);
    }
  return texts;
}

const TOLD = new Set(['type', 'id', 'tool_use_id', 'name', 'file_path', 'path', 'subagent_type', 'media_type', 'signature']);

function collect(value: unknown, name: string, texts: Set<string>): void {
  if (typeof value === 'string' && !TOLD.has(name))
    for (const line of value.split('\n')) if (line.trim().length >= 8) texts.add(line.trim());
  if (Array.isArray(value)) for (const each of value) collect(each, name, texts);
  if (isRecord(value)) for (const [key, each] of Object.entries(value)) collect(each, key, texts);
}

describe('of a recorded session', () => {
  const folder = tempFolder('claude-code-privacy');

  it.each(VERSIONS.flatMap((version) => scenariosOf(version).map((scenario) => [version, scenario] as const)))(
    '%s %s, no line that anybody wrote leaves the source by default',
    async (version, scenario) => {
      const recording = new Recording(version, scenario);
      const home = join(folder, version, scenario);
      mkdirSync(join(home, '.claude'), { recursive: true });
      const { source, events } = await watch({
        dirs: [join(home, '.claude')],
        clock: clockAt(recording.endedAt, 10),
        visibility: () => ({ ...NOTHING_VISIBLE, isRouted: true }),
      });
      await recording.play(home, { stepMs: 0 });
      await eventually(() => expect(events.some(({ type }) => type === 'run_started')).toBe(true));
      await sleep(60);
      await source.stop();
      const texts = textsOf(join(home, '.claude', 'projects'));
      expect(texts.size).toBeGreaterThan(0);
      const told = shown(events);
      expect([...texts].filter((text) => told.includes(JSON.stringify(text).slice(1, -1)))).toEqual([]);
    },
  );
});
