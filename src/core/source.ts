// What a source of events is. Each lives in a folder of its own; `src/sources/catalogue.ts` lists them all.

import type { Clock } from './clock.ts';
import type { SessionEvent, Usage } from './event.ts';
import type { Logger } from './log.ts';

/** One source of events, from `start` on until `stop`. */
export interface Source {
  /** As `SOURCES` and `/health` call it. Positions and sessions are remembered by it, so it never changes. */
  readonly id: string;
  readonly capabilities: SourceCapabilities;
  /** Resolves when everything that existed was read. What does not exist is waited for. */
  start(): Promise<void>;
  /** No event comes after this, and no position: `untilStopped` sees to it. */
  stop(): Promise<void>;
  health(): SourceHealth;
  /** The gateways that it hears of: only what tells turns of several. */
  gateways?(): readonly GatewayHealth[];
}

/** A gateway of a fleet. */
export interface GatewayHealth {
  readonly gateway: string;
  readonly version?: string;
  /** Turns that it tells. */
  readonly boxes?: number;
  /** By our wall clock: since then nothing has been heard of it. */
  readonly silentSince?: number;
  /** Somebody stopped it. */
  readonly stopped?: true;
}

/** What others must know of a source before it emits anything. */
export interface SourceCapabilities {
  /** Whose agents it watches: sources of the same agents emit the same sessions. */
  readonly agents: string;
  /** It emits the begin and end of each run, by name; for other sources they are inferred. */
  readonly namesRuns: boolean;
  /**
   * It says itself when a process is gone, by `source_lost` for each of its sessions, and says nothing while it cannot know. Then silence
   * ends no turn of its sessions: only events do, also the end of the session's next turn.
   */
  readonly tellsLoss?: true;
}

/**
 * What the rule of `ROUTES` for an address lets people see beside states, tool names, exit codes, durations, tokens and paths inside the project.
 * What is off never leaves the source as shown text.
 */
export interface Visibility {
  /** A rule covers the address. Without one its sessions get no box. */
  readonly isRouted: boolean;
  /** Commands and other arguments of tools. */
  readonly commands: boolean;
  /** Messages of the agent, and names that were made from them. */
  readonly texts: boolean;
  /** What people wrote. */
  readonly prompts: boolean;
}

export const NOTHING_VISIBLE: Visibility = { isRouted: false, commands: false, texts: false, prompts: false };

/** `unknown` means that nothing has been seen yet; it is never as good as known. */
export type SourceCondition =
  | { readonly state: 'unknown' }
  | { readonly state: 'readable' }
  /** Read, but with less than was asked for, such as polling because file events ran out. */
  | { readonly state: 'impaired'; readonly because: string }
  | { readonly state: 'unreadable'; readonly because: string };

/** The health of a source, with cause and cure for people. */
export interface SourceHealth {
  readonly condition: SourceCondition;
  /** Everything that was there at the start is known. */
  readonly wasRead: boolean;
  /** By our wall clock; undefined before the first event. */
  readonly lastEventAt?: number | undefined;
  readonly files?: number;
  /** What the decoder did not know, counted by the name that the input has for it. */
  readonly unknownKinds: Readonly<Record<string, number>>;
  /** What was bad in the input, counted by its name: a file that cannot be read, a line that is too long. */
  readonly problems: Readonly<Record<string, number>>;
  /** Files that look like sessions and are none (copies, backups, …), counted by what their names say they are. */
  readonly ignoredNames?: Readonly<Record<string, number>>;
}

/** What every source is given. Each takes what it needs. */
export interface SourcePorts {
  clock: Clock;
  log: Logger;
  /** Gets every text in full before anything is shortened. */
  redact(text: string): string;
  /** Called in order per session; must not throw. */
  emit(event: SessionEvent): void;
  /** How far files were read before, by their path: what `onProgress` was given. Anything else among it is ignored. */
  checkpoints: ReadonlyMap<string, unknown>;
  /**
   * Called synchronously after all events of the bytes before the position were emitted: state and position can be stored
   * together. `undefined`: the file is gone, forget its position.
   */
  onProgress(path: string, position: unknown): void;
  /** Sessions that an earlier process watched: what is known of them now is emitted before the start is over. */
  knownKeys(): Iterable<string>;
  /** What may be shown of sessions with that address (see `session_seen`). The same for the life of the process. */
  visibility(address: string): Visibility;
  /** What a call costs by the operator's prices, 0 where none is known: for what tells no cost itself. Without it nobody has given any. */
  costOf?(model: string | undefined, usage: Usage): number;
  /** Turns that were open when an earlier process ended; asked at the start. */
  openTurns(): readonly OpenTurn[];
}

/** A turn that was open when an earlier process ended, with those of its runs that nobody has ended. */
export interface OpenTurn {
  readonly sessionKey: string;
  readonly runIds: readonly string[];
  /** The run that only waits for sub-agents, when none is open. */
  readonly yieldedRunId?: string;
  readonly since: number;
}
