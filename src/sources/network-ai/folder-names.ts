// Names data folders for addresses and keys. Pure.

import { basename, dirname } from 'node:path';

const STRANGE = /[^\w.-]+/g;
const MAX_CHARS = 60;

/** Each folder with its name: that of the project, since nearly all data folders are called `data`. No two have the same. */
export function folderNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of new Set(paths)) {
    const name = freeName(plainName(path), taken);
    taken.add(name);
    names.set(path, name);
  }
  return names;
}

function plainName(path: string): string {
  const name = basename(path) === 'data' ? basename(dirname(path)) : basename(path);
  return name.replace(STRANGE, '-').slice(0, MAX_CHARS) || 'data';
}

/** Of folders with one name the later ones are numbered, in the order in which they are given. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
