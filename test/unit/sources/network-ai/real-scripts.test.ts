// The real Python scripts of Network-AI, where NETWORK_AI_SCRIPTS names a copy of their folder: they need nothing but Python.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { NOTHING_VISIBLE } from '../../../../src/core/source.ts';
import { createDataFolder } from '../../../../src/sources/network-ai/data-folder.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { foldOf } from './recorded-swarm.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCRIPTS = process.env['NETWORK_AI_SCRIPTS'];

interface Guard {
  dir: string;
  /** Runs `swarm_guard.py` and gives what it printed; a refusal has another exit code. */
  run(...args: string[]): Record<string, unknown>;
}

/** The scripts write into `data` beside their folder. */
function guardIn(root: string, scripts: string): Guard {
  const [own, dir] = [join(root, 'scripts'), join(root, 'data')];
  cpSync(scripts, own, { recursive: true });
  mkdirSync(dir);
  const run = (...args: string[]): Record<string, unknown> => {
    try {
      return parsed(execFileSync('python3', [join(own, 'swarm_guard.py'), ...args, '--json'], { encoding: 'utf8', stdio: 'pipe' }));
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '')
        return parsed(error.stdout);
      throw error;
    }
  };
  return { dir, run };
}

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

it.skipIf(SCRIPTS === undefined)(
  'the scripts at work: each box says what they print, and the refusal that they write down nowhere',
  async () => {
    const guard = guardIn(tempFolderInMemory(), SCRIPTS ?? '');
    const events: SessionEvent[] = [];
    const source = createDataFolder({
      ...SILENT_PORTS,
      root: guard.dir,
      name: 'real',
      polling: false,
      visibility: () => ({ ...NOTHING_VISIBLE, isRouted: true }),
      emit: (event) => events.push(event),
    });
    onTestFinished(() => source.stop());
    await source.start();
    const turn = () => foldOf(events).sessionOf('network-ai:real:task:t1').turns.at(-1);
    const note = (id: string): string | undefined => turn()?.notes?.find(({ noteId }) => noteId === id)?.text;
    const handoff = (to: string, ...more: string[]) =>
      guard.run('intercept-handoff', '--task-id', 't1', '--from', 'lead', '--to', to, '--message', 'go on', ...more);
    const verdict = async (): Promise<void> => {
      const printed = String(guard.run('supervisor-review', '--task-id', 't1')['verdict']);
      await eventually(() => expect(note('verdict')?.startsWith(`Supervisor: ${printed}`)).toBe(true));
    };
    guard.run('budget-init', '--task-id', 't1', '--budget', '1000');
    for (const agent of ['lead', 'analyst']) guard.run('heartbeat', '--agent', agent, '--task-id', 't1');
    for (const more of [['--artifact'], ['--artifact'], []]) expect(handoff('analyst', ...more)['allowed']).toBe(true);
    await eventually(() => expect(note('handoffs')).toBe('Handoffs 3/3 · output 67 %'));
    await verdict();
    expect(handoff('analyst')['reason']).toBe('HANDOFF_TAX_EXCEEDED');
    await eventually(() => expect(note('refused')).toContain('Handoff 4 refused'));
    await verdict();
    guard.run('validate-result', '--task-id', 't1', '--agent', 'analyst', '--result', '{"status":"error"}');
    await verdict();
    expect(guard.run('budget-spend', '--task-id', 't1', '--tokens', '5000', '--reason', 'llm')['reason']).toBe('SAFETY_SHUTDOWN');
    await eventually(() => expect(turn()?.end).toMatchObject({ outcome: 'stopped', reason: 'budget' }));
    expect(source.health()).toMatchObject({ condition: { state: 'readable' }, unknownKinds: {}, problems: {} });
  },
);
