// Our own hooks in the real Claude Code: what they tell, and that nothing is left of them.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { SIGNAL_FOLDER } from '../../src/sources/claude-code/hook-signals.ts';
import { inherited } from '../support/inherited.ts';
import { until } from '../support/until.ts';
import type { AgentRig } from './agent-rig.ts';
import { boxShows, boxTells } from './box-checks.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

/** A session that begins with our hooks asks for permission, answers and is left. */
export async function withOurHooks(rig: AgentRig): Promise<void> {
  const folder = join(rig.place.home, '.claude');
  const settings = (): string => readFileSync(join(folder, 'settings.json'), 'utf8');
  const before = settings();
  await rig.leaves();
  hook(rig, 'install');
  const seen = new Set<string>();
  const watcher = watch(join(folder, SIGNAL_FOLDER), (_event, name) => void seen.add(name?.split('.')[1] ?? ''));
  try {
    await rig.opens();
    const turn = await rig.asks('permission');
    await boxShows(rig, turn, /^\[WAITING\] approval/);
    await isSeen(seen, 'PermissionRequest');
    await rig.terminal.answers(/Do you want to proceed/, 'Enter');
    await boxTells(rig, turn, { title: /^\[DONE\]/, lines: [/mkdir -p shelf.*\[OK\]/, /The folder is there/], counts: ['permission'] });
    await isSeen(seen, 'Stop');
    if (/hook error|hook failed/i.test(rig.terminal.screen)) throw new Error(`the program complains:\n${rig.terminal.screen}`);
    await rig.leaves();
    await isSeen(seen, 'SessionEnd');
    await until('the watcher has heard every signal', () => readdirSync(join(folder, SIGNAL_FOLDER)).length === 1);
  } finally {
    watcher.close();
    hook(rig, 'remove');
  }
  if (settings() !== before) throw new Error(`the settings are not as before:\n${settings()}`);
  if (readdirSync(folder).includes(SIGNAL_FOLDER)) throw new Error('our folder was left behind');
}

function isSeen(seen: ReadonlySet<string>, signal: string): Promise<void> {
  return until(`a hook tells ${signal}`, () => seen.has(signal), { detail: () => [...seen].join(', ') });
}

function hook({ place }: AgentRig, action: 'install' | 'remove'): void {
  const env = { ...inherited(), HOME: place.home, CLAUDE_CONFIG_DIR: join(place.home, '.claude') };
  execFileSync(process.execPath, [MAIN, 'hook', action, 'claude-code'], { env, stdio: 'pipe' });
}
