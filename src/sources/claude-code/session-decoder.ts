// Turns the lines of one session file, or of a sub-agent's, into facts. Does no I/O and knows nothing of other files.

import { asText, type JsonRecord } from '../../core/json-guards.ts';
import { keyPart } from '../coding-agents/plain-id.ts';
import { folderIn } from '../coding-agents/project.ts';
import { decodeAssistant } from './assistant-line.ts';
import { CopiedHistory, type IsCopy } from './copied-history.ts';
import type { About, Fact } from './session-facts.ts';
import { LineOrder } from './line-order.ts';
import { decodeNotification } from './notification.ts';
import { beginRun, closeRun, endRun, resumeRun } from './session-runs.ts';
import { readLine, type SessionLine } from './session-line.ts';
import { decodeSide } from './side-line.ts';
import { decodeSystem } from './system-line.ts';
import { decodeResult } from './tool-result.ts';
import { dated, TurnMemory } from './turn-memory.ts';
import { messageText, userLineOf } from './user-line.ts';

export interface SessionDecoderOptions {
  /** The file of a sub-agent. */
  isAgent: boolean;
  /** The decoder gets every line from the first one on. */
  isWhole: boolean;
  /** The run that was open before the first line that it gets. */
  knownRun?: string | undefined;
  /** It may begin with lines that were copied from another session. */
  mayBeFork: boolean;
  isCopy: IsCopy;
  /** The id of a prompt of this session was read. */
  onPrompt?(uuid: string): void;
  /** Gets short harmless names to count. */
  onUnknown(kind: string): void;
}

/** Until 2.0 every start writes two agents that nobody asked for. */
const GHOST_TASK = 'Warmup';
const OLD_VERSION = /^(?:[01]\.|2\.0\.)/;

/** Give it every line in order. It never throws, whatever a line contains. */
export class SessionDecoder {
  readonly memory = new TurnMemory();
  readonly #options: SessionDecoderOptions;
  readonly #order: LineOrder;
  readonly #history: CopiedHistory;
  #isGhost = false;
  #hasTask = false;

  constructor(options: SessionDecoderOptions) {
    this.#options = options;
    this.#order = new LineOrder(options.isWhole);
    this.#history = new CopiedHistory(options.isCopy, options.isWhole && options.mayBeFork && !options.isAgent, () =>
      this.memory.forgetCosts(),
    );
    if (!options.isWhole) this.memory.forgetCosts();
    this.memory.knownRun = options.knownRun;
  }

  /** Some lines wait for others that may come at once; `release` ends that. */
  get isHolding(): boolean {
    return this.#order.isHolding || this.#history.isHolding;
  }

  decode(text: string): Fact[] {
    const line = readLine(text);
    if (line === undefined) this.#options.onUnknown('invalid-json');
    return line === undefined ? [] : this.#decodeAll(this.#order.take(line));
  }

  /** Nothing more came for a moment. */
  release(): Fact[] {
    return [...this.#decodeAll(this.#order.release()), ...this.#history.release().flatMap((line) => this.#decodeSafely(line))];
  }

  /** Something else than a line shows that the run has ended. */
  close(outcome: 'done' | 'failed' | 'aborted' | 'lost', at: number): Fact[] {
    const facts = closeRun(this.memory, outcome, at);
    if (facts.length > 0 && this.memory.run !== undefined) this.memory.run.isConcluded = true;
    return facts;
  }

  #decodeAll(lines: readonly SessionLine[]): Fact[] {
    return lines.flatMap((line) => this.#history.take(line)).flatMap((line) => this.#decodeSafely(line));
  }

  #decodeSafely(line: SessionLine): Fact[] {
    try {
      return this.#decodeLine(line);
    } catch {
      this.#options.onUnknown('undecodable');
      return [];
    }
  }

  #decodeLine(line: SessionLine): Fact[] {
    const { record } = line;
    if (this.#isGhost || (record['isSidechain'] === true && !this.#options.isAgent)) return [];
    const at = line.at ?? this.memory.lastAt;
    if (line.at !== undefined) this.memory.lastAt = line.at;
    if (at === 0 && line.uuid !== undefined) {
      this.#options.onUnknown('no-timestamp');
      return [];
    }
    this.memory.home ??= folderIn(record['cwd']);
    return [...dated(this.memory.learn(this.#aboutOf(record)), at), ...this.#factsOf(line, at)];
  }

  #aboutOf(record: JsonRecord): About {
    const [sessionId, cwd, version] = [keyPart(record['sessionId']), folderIn(record['cwd']), asText(record['version'])];
    return {
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(version === undefined || record['uuid'] === undefined ? {} : { version }),
    };
  }

  #factsOf(line: SessionLine, at: number): Fact[] {
    const onUnknown = (kind: string) => this.#options.onUnknown(kind);
    switch (line.type) {
      case 'user':
        return this.#options.isAgent ? this.#agentsUser(line, at) : this.#user(line, at);
      case 'assistant':
        return decodeAssistant(line, this.memory, at, this.#endsByText(line.record));
      case 'system':
        return decodeSystem(line, this.memory, at, onUnknown);
      case 'attachment':
        return [];
      default:
        return Object.keys(line.record).length === 0 ? [] : decodeSide(line, this.memory, at, onUnknown);
    }
  }

  /** Only the interactive program of newer versions writes a line when a turn is over. */
  #endsByText(record: JsonRecord): boolean {
    return this.#options.isAgent || record['entrypoint'] === 'sdk-cli' || OLD_VERSION.test(asText(record['version']) ?? '');
  }

  #user(line: SessionLine, at: number): Fact[] {
    const user = userLineOf(line);
    const lineId = line.uuid ?? `line-${at}`;
    const endsByText = this.#endsByText(line.record);
    switch (user.kind) {
      case 'prompt':
        this.#options.onPrompt?.(lineId);
        return beginRun(this.memory, lineId, user, at, endsByText);
      case 'notification':
        return decodeNotification({ ...user, lineId, endsByText }, this.memory, at);
      case 'results':
        return this.#results(user.results, line, at);
      case 'interrupted':
        return endRun(this.memory, 'aborted', at);
      case 'injected':
        return endsByText && isGoodbye(line) ? this.#leave() : [];
      default:
        return user satisfies never;
    }
  }

  #results(results: readonly JsonRecord[], line: SessionLine, at: number): Fact[] {
    if (this.memory.run?.isOpen === true) this.memory.run.lastAt = at;
    return dated(
      results.flatMap((result) => decodeResult(result, line, this.memory)),
      at,
    );
  }

  /** The program was left: whatever ran has ended, although older versions do not say so. */
  #leave(): Fact[] {
    const { run } = this.memory;
    return run?.hasAnswered === true && this.memory.toolsByCall.size === 0 ? closeRun(this.memory, 'done', run.lastAt) : [];
  }

  /** The first line is the agent's task. All later texts wake it. */
  #agentsUser(line: SessionLine, at: number): Fact[] {
    const user = userLineOf(line);
    const lineId = line.uuid ?? `line-${at}`;
    if (user.kind === 'results') return this.#results(user.results, line, at);
    if (user.kind === 'interrupted') return endRun(this.memory, 'aborted', at);
    const text = messageText(line);
    if (!this.#hasTask && line.parentUuid === undefined) return this.#begin(lineId, text, at);
    if (user.kind === 'notification') return decodeNotification({ ...user, lineId, endsByText: true }, this.memory, at);
    return line.record['isMeta'] === true ? [] : resumeRun(this.memory, at, { lineId, endsByText: true });
  }

  #begin(lineId: string, text: string, at: number): Fact[] {
    this.#hasTask = true;
    this.#isGhost = text === GHOST_TASK;
    return this.#isGhost ? [] : beginRun(this.memory, lineId, { by: 'agent', text }, at, true);
  }
}

function isGoodbye(line: SessionLine): boolean {
  return /^<command-name>\/(?:exit|quit)</.test(messageText(line));
}
