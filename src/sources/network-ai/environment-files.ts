// Reads the files of one environment of a data folder. Does not judge what they say.

import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { parseJson } from '../../core/json-guards.ts';
import type { UnknownKinds } from '../../core/unknown-kinds.ts';
import type { ProblemRecorder } from '../../files/file-problems.ts';
import { latestOf } from './file-amounts.ts';
import { ChangeFiles } from './change-files.ts';
import type { DataProblem } from './data-problems.ts';
import { type AuditLine, decodeAuditLine } from './decode-audit.ts';
import { decodeBudgets, decodeHeartbeats, decodeTracking } from './decode-guard.ts';
import { decodeHookLine, type HookLine } from './decode-hooks.ts';
import { decodeBlackboard, decodeContext, decodeGrants } from './decode-shared.ts';
import { KeptFile, type Look } from './kept-file.ts';
import { LineLog } from './line-log.ts';
import { EMPTY, type Snapshot } from './snapshot.ts';
import type { Words } from './words.ts';

export interface EnvironmentFilesOptions {
  /** The data folder that the operator named, and that of the environment. */
  root: string;
  path: string;
  clock: Clock;
  words: Words;
  problems: ProblemRecorder<DataProblem>;
  unknownKinds: UnknownKinds;
}

const NAMES: ReadonlySet<string> = new Set([
  'budget_tracking.json',
  'task_tracking.json',
  'agent_health.json',
  'active_grants.json',
  'project-context.json',
  'swarm-blackboard.md',
  'audit_log.jsonl',
  'hooks_audit.jsonl',
]);

/** Whether a file of that name, in an environment or in its folders of changes, says anything. */
export function isDataFile(name: string): boolean {
  return NAMES.has(name) || /\.(?:pending|committed|aborted)\.json$/.test(name);
}

export class EnvironmentFiles {
  readonly #options: EnvironmentFilesOptions;
  readonly #budgets;
  readonly #tracking;
  readonly #heartbeats;
  readonly #grants;
  readonly #context;
  readonly #blackboard;
  readonly #audit: LineLog<AuditLine>;
  readonly #hooks: LineLog<HookLine>;
  readonly #changes: ChangeFiles;

  constructor(options: EnvironmentFilesOptions) {
    const { root, path, clock, words, problems } = options;
    this.#options = options;
    const kept = <T>(name: string, decode: (value: unknown, words: Words) => T | undefined): KeptFile<T> =>
      new KeptFile({ place: { path: join(path, name), root }, decode: (text) => decode(parseJson(text), words), clock, problems });
    const logged = <T>(name: string, decode: (line: string) => T | undefined): LineLog<T> =>
      new LineLog({ place: { path: join(path, name), root }, clock, decode, problems });
    this.#budgets = kept('budget_tracking.json', decodeBudgets);
    this.#tracking = kept('task_tracking.json', decodeTracking);
    this.#heartbeats = kept('agent_health.json', decodeHeartbeats);
    this.#grants = kept('active_grants.json', decodeGrants);
    this.#context = kept('project-context.json', decodeContext);
    this.#blackboard = new KeptFile({
      place: { path: join(path, 'swarm-blackboard.md'), root },
      decode: (text) => decodeBlackboard(text, words),
      clock,
      problems,
    });
    this.#audit = logged('audit_log.jsonl', (line) => this.#auditLine(line));
    this.#hooks = logged('hooks_audit.jsonl', (line) => this.#hookLine(line));
    this.#changes = new ChangeFiles({ root, path: join(path, 'pending_changes'), clock, words, problems });
  }

  /** Reads what has changed. Tokens are learned first, so that no other file can show one. Never throws. */
  async look(): Promise<{ isChanged: boolean; isTorn: boolean }> {
    const looks: Look[] = [await this.#grants.look(), await this.#audit.look()];
    for (const file of [this.#tracking, this.#heartbeats, this.#budgets, this.#context, this.#blackboard]) looks.push(await file.look());
    looks.push(await this.#changes.look(), await this.#hooks.look());
    return { isChanged: looks.includes('changed'), isTorn: looks.includes('torn') };
  }

  get snapshot(): Snapshot {
    return {
      budgets: this.#budgets.value ?? EMPTY.budgets,
      tracking: this.#tracking.value ?? EMPTY.tracking,
      heartbeats: this.#heartbeats.value ?? EMPTY.heartbeats,
      grants: this.#grants.value ?? EMPTY.grants,
      context: this.#context.value ?? EMPTY.context,
      entries: this.#blackboard.value ?? EMPTY.entries,
      audit: this.#audit.lines,
      hooks: this.#hooks.lines,
      changes: this.#changes.changes,
    };
  }

  /** When the system wrote last, by the clock of the file system. */
  get writtenAt(): number | undefined {
    return latestOf([this.#budgets.writtenAt, this.#tracking.writtenAt, this.#heartbeats.writtenAt]);
  }

  /** How many of its files have been read. */
  get count(): number {
    const files = [this.#budgets, this.#tracking, this.#heartbeats, this.#grants, this.#context, this.#blackboard];
    const logs = [this.#audit, this.#hooks];
    return files.filter(({ value }) => value !== undefined).length + logs.filter(({ lines }) => lines.length > 0).length;
  }

  #auditLine(line: string): AuditLine | undefined {
    const decoded = decodeAuditLine(line, this.#options.words);
    if (decoded === undefined) this.#options.unknownKinds.add('audit:undecodable');
    else if (decoded.kind === 'unknown') this.#options.unknownKinds.add(`audit:${decoded.action}`);
    return decoded;
  }

  #hookLine(line: string): HookLine | undefined {
    const decoded = decodeHookLine(line, this.#options.words);
    if (decoded === undefined) this.#options.unknownKinds.add('hooks:undecodable');
    return decoded;
  }
}
