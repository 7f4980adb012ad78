import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/process/system-clock.ts';
import { SessionWriter } from '../sources/claude-code/session-writer.ts';
import { watch } from '../sources/claude-code/watching.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';
import { eventually } from '../../support/until.ts';

const SESSIONS = 30;

it('a watcher of Claude Code starts a timer or two a second while nothing happens, however many sessions there were', async () => {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writers = Array.from({ length: SESSIONS }, (_, number) => new SessionWriter(dir, { number }));
  for (const writer of writers) mkdirSync(join(writer.path.replace(/\.jsonl$/, ''), 'subagents'), { recursive: true });
  let timers = 0;
  const counting = { ...systemClock, after: (delayMs: number, run: () => void) => ((timers += 1), systemClock.after(delayMs, run)) };
  const { source, events } = await watch({ dirs: [dir], clock: counting });
  onTestFinished(() => source.stop());
  for (const writer of writers) writer.add(writer.prompt('Go.'), writer.says([{ type: 'text', text: 'Gone.' }], 'end_turn'), writer.ends());
  await eventually(() => expect(events.filter(({ type }) => type === 'run_ended')).toHaveLength(SESSIONS));
  mkdirSync(join(dir, 'projects', '-home-dev-shop', '99999999-0000-4000-8000-000000000000')); // one more look at everything
  await sleep(800);
  timers = 0;
  await sleep(2_000);
  expect(timers).toBeLessThanOrEqual(4);
});
