// Says what may be shown of a session where it is now: it may work in the folder of another project than its own.

import type { Visibility } from '../../core/source.ts';
import { projectOf } from './project.ts';

/** Where a session belongs. */
export interface Home {
  /** The id of the agent's sources. */
  agent: string;
  /** The folder that it began in, and the main folder of that project. */
  folder: string;
  project: string;
}

/** In the folder of another project no more is shown than the rules show of both. */
export function seenAt(cwd: string, home: Home, visibility: (address: string) => Visibility): { isAtHome: boolean; may: Visibility } {
  const own = visibility(`${home.agent}:${home.project}`);
  const { main } = projectOf(cwd);
  const isAtHome = main === home.project || isWithin(cwd, home.folder) || isWithin(cwd, home.project);
  return { isAtHome, may: isAtHome ? own : inBoth(own, visibility(`${home.agent}:${main}`)) };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function inBoth(one: Visibility, other: Visibility): Visibility {
  return {
    isRouted: one.isRouted,
    commands: one.commands && other.commands,
    texts: one.texts && other.texts,
    prompts: one.prompts && other.prompts,
  };
}
