// A turn that only waits for its sub-agents in the background (C-6): the same turn, at work on nothing itself, also after a restart.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hasOpenRun } from '../../../../src/core/turn.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { SessionWriter } from './session-writer.ts';
import { watch } from './watching.ts';

it('a turn that waits for a sub-agent has no open run, goes on with its report and ends as one turn, over a restart', async () => {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const before = await watch({ dirs: [dir] });
  writer.add(
    writer.prompt('Let somebody count.'),
    writer.calls('t1', 'Agent', { subagent_type: 'Explore', description: 'Count', prompt: 'Count it.' }),
    writer.result('t1', 'launched', { toolUseResult: { isAsync: true, status: 'async_launched', agentId: 'a1234567890abcdef' } }),
    writer.says([{ type: 'text', text: 'It is at work.' }], 'end_turn'),
    writer.line('system', { subtype: 'turn_duration', durationMs: 1, pendingBackgroundAgentCount: 1 }),
  );
  const turnsIn = ({ fold }: Pick<typeof before, 'fold'>) => fold.sessionsByKey.get(writer.key)?.turns ?? [];
  const openRunsIn = (watching: Pick<typeof before, 'fold'>) => turnsIn(watching).map((turn) => [hasOpenRun(turn), turn.end?.outcome]);
  await eventually(() => expect(openRunsIn(before)).toEqual([[false, undefined]]));
  const memory = await before.stop();

  const after = await watch({ dirs: [dir], memory });
  onTestFinished(() => after.source.stop());
  const report = '<task-notification><task-id>a1234567890abcdef</task-id><status>completed</status></task-notification>';
  writer.add(writer.line('user', { message: { role: 'user', content: report } }, { promptSource: 'system' }));
  await eventually(() => expect(openRunsIn(after)).toEqual([[true, undefined]]));
  writer.add(writer.says([{ type: 'text', text: 'Five items.' }], 'end_turn'), writer.ends());
  await eventually(() => expect(openRunsIn(after)).toEqual([[false, 'done']]));
});
