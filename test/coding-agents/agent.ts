// What the two programs have in common, as far as the parts care.

import type { Dialect } from './model-server.ts';
import type { Scripts } from './script.ts';

/** Where one program runs. */
export interface Place {
  /** Its HOME, empty but for its own configuration. */
  home: string;
  /** A repository. */
  project: string;
  modelUrl: string;
}

export interface Agent {
  /** The source that watches it. */
  readonly source: 'claude-code' | 'codex';
  readonly packageName: string;
  readonly version: string;
  /** Below `node_modules/.bin`. */
  readonly program: string;
  readonly dialect: Dialect;
  readonly scripts: Scripts;
  /** Writes what a person has answered before the first prompt: no questions, no updates, the scripted model. */
  configure(place: Place): void;
  environment(place: Place): NodeJS.ProcessEnv;
  /** Arguments of a run without a terminal. */
  printArguments(prompt: string): string[];
  /** Arguments that continue the newest conversation. */
  readonly resumeArguments: readonly string[];
  /** On the screen when it waits for a prompt. */
  readonly isAtPrompt: RegExp;
}
