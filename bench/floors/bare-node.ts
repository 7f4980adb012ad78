// The least that a process with the same packages costs: Node that loads them and does nothing.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Account, accountOf } from '../harness/accounting.ts';
import { monotonicMs } from '../harness/monotonic.ts';
import type { Workplace } from '../harness/workplace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function script(): string {
  const { dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { dependencies: object };
  const names = JSON.stringify(['node:sqlite', ...Object.keys(dependencies)]);
  return `for (const name of ${names}) await import(name); console.log('loaded'); setInterval(() => undefined, 2 ** 30);`;
}

export interface BareNode {
  loadedAfterMs: number;
  account(): Account;
}

/** Resolves when everything is loaded. */
export async function startBareNode(place: Workplace): Promise<BareNode> {
  const startedAt = monotonicMs();
  const child = place.node(['--input-type=module', '--eval', script()], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return { loadedAfterMs: monotonicMs() - startedAt, account: () => accountOf(child.pid ?? 0) };
}
