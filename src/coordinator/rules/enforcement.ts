// Reads what the checks of another system found in a task of its own: one rule of theirs with its message.

import type { Observed } from './observation.ts';

export interface Enforcement {
  /** Their name for the rule, such as `scope-enforcement`. */
  rule: string;
  /** The files that it is about, as far as they are named. */
  files: readonly string[];
}

const MAX_FILES = 3;

export function enforcementOf({ what, facts }: Observed): Enforcement | undefined {
  const name = facts['rule'];
  if (what !== 'enforcement' || name === undefined) return undefined;
  const files = (facts['files'] ?? '').split(',').map((file) => file.trim());
  return { rule: name, files: files.filter((file) => file !== '') };
}

/** `3 files: a, b, …`. */
export function describeFiles(files: readonly string[]): string {
  if (files.length === 0) return 'files';
  const names = [...files.slice(0, MAX_FILES), ...(files.length > MAX_FILES ? ['…'] : [])].join(', ');
  return `${files.length === 1 ? '1 file' : `${files.length} files`}: ${names}`;
}
