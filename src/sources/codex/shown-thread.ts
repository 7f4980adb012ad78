// What of a thread may be shown: the only way for its words into an event. What its route does not switch on never gets through.

import { basename } from 'node:path';
import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import type { Visibility } from '../../core/source.ts';
import { type Project, projectOf, shownPath } from '../coding-agents/project.ts';
import { seenAt } from '../coding-agents/seen-at.ts';
import { askedQuestions } from '../openclaw/decoding/asked-questions.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';
import { judgedArgs } from '../coding-agents/judged-args.ts';
import { argumentsOf, shortArgs } from '../openclaw/decoding/tool-args.ts';
import { CODEX } from './codex-identity.ts';
import type { Thread } from './thread.ts';

const MAX_TEXT_POINTS = 4_000;
const MAX_LINE_POINTS = 200;
const MAX_PATHS = 8;
/** Arguments of Codex's own tools that are texts of the agent, for its sub-agents, its plan, or whoever approves. */
const TEXTS: ReadonlySet<string> = new Set(['message', 'items', 'task_name', 'plan', 'explanation', 'justification']);
const PATCHED_FILE = /^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm;
const PATCH = '*** Begin Patch'; // what follows is the content of files

/** Arguments of a call: `args` are shown, `hidden` are for rules only. */
export interface ShownArgs {
  args: Record<string, string>;
  hidden: Record<string, string>;
}

export interface ShownThreadPorts {
  safe: SafeText;
  visibility(address: string): Visibility;
  /** What a person called a thread. */
  nameOf?(threadId: string): string | undefined;
}

const MAX_QUESTION_POINTS = 2_900;

export class ShownThread {
  readonly thread: Thread;
  readonly address: string;
  readonly #project: Project;
  readonly #safe: SafeText;
  readonly #visibility: (address: string) => Visibility;
  readonly #nameOf: (threadId: string) => string | undefined;
  /** Where it works now, and what may be shown of it there. */
  #cwd: string;
  #may: Visibility;

  constructor(thread: Thread, { safe, visibility, nameOf = () => undefined }: ShownThreadPorts) {
    this.thread = thread;
    this.#project = projectOf(thread.cwd);
    this.address = `${CODEX.id}:${this.#project.main}`;
    this.#safe = safe;
    this.#visibility = visibility;
    this.#nameOf = nameOf;
    this.#cwd = thread.cwd;
    this.#may = visibility(this.address);
  }

  /** A later turn may work in another folder, such as after a resume. */
  moveTo(cwd: string): void {
    if (cwd === this.#cwd) return;
    this.#cwd = cwd;
    const home = { agent: CODEX.id, folder: this.thread.cwd, project: this.#project.main };
    this.#may = seenAt(cwd, home, this.#visibility).may;
  }

  /** What the agent wrote. */
  text(text: string | undefined): { text?: string } {
    return this.#may.texts ? this.#prose(text) : {};
  }

  /** What a person wrote. */
  prompt(text: string | undefined): { text?: string } {
    return this.#may.prompts ? this.#prose(text) : {};
  }

  #prose(text: string | undefined): { text?: string } {
    const shown = text === undefined ? '' : this.#safe.prose(text, MAX_TEXT_POINTS);
    return shown === '' ? {} : { text: shown };
  }

  /** One line that the agent or its model server wrote. */
  line(text: string | undefined): string | undefined {
    return this.#may.texts && text !== undefined ? this.word(text) : undefined;
  }

  /** A word of Codex's own, such as the name of a tool. */
  word(text: string): string {
    return this.#safe.line(text, MAX_LINE_POINTS);
  }

  /** What its box or its block is called; `undefined` for a sub-agent that has no name. */
  label(): string | undefined {
    return this.thread.isSubAgent ? this.#agentName() : this.#threadName();
  }

  /** Always said: a name that was shown once must not stay where it may not be shown any more. */
  #threadName(): string {
    const project = this.word(basename(this.#project.main));
    const name = this.name() ?? '';
    return name === '' ? project : `${project} · ${name}`;
  }

  /** What a person called it, where that may be shown. */
  name(): string | undefined {
    return this.line(this.#nameOf(this.thread.id));
  }

  /** The name of a sub-agent: Codex makes one up; the better one was made from its task. */
  #agentName(): string | undefined {
    const { nickname, taskName, role } = this.thread;
    const name = this.line(taskName) ?? nickname ?? role;
    return name === undefined ? undefined : this.word(name);
  }

  /** The steps of a plan, which are the agent's words. */
  plan(argumentsText: unknown): { step: string; status: 'pending' | 'in_progress' | 'completed' }[] {
    return asList(argumentsOf(argumentsText)['plan']).flatMap((raw) => {
      const step = this.line(asText(asRecord(raw)?.['step']));
      const status = asRecord(raw)?.['status'];
      const isKnown = status === 'pending' || status === 'in_progress' || status === 'completed';
      return step === undefined || !isKnown ? [] : [{ step, status }];
    });
  }

  /** The questions that are asked, with the answers they offer. */
  question(argumentsText: unknown): { text?: string } {
    const text = this.#may.texts ? askedQuestions(argumentsOf(argumentsText)) : '';
    return text === '' ? {} : { text: this.#safe.lines(text, MAX_QUESTION_POINTS) };
  }

  /** The arguments of a call, whose input is JSON, a script or a patch. */
  args(tool: string, input: unknown): ShownArgs {
    if (tool === 'apply_patch') return this.#pathArgs(pathsInPatch(asText(input) ?? ''));
    const given = tool === 'exec' ? { command: asText(input) ?? '' } : argumentsOf(input);
    const named = typeof given['path'] === 'string' ? this.#pathArgs([given['path']]).args : {};
    const kept = withoutPatches(given);
    const args = { ...this.#short(tool, this.#allowed(tool, kept)), ...named };
    return { args, hidden: tool === 'exec' ? {} : judgedArgs(kept, this.#safe) }; // the commands of a script are calls of their own
  }

  /** The tools of other servers have a dot in their names: nobody knows what their arguments are. */
  #allowed(tool: string, args: JsonRecord): JsonRecord {
    const isText = (name: string): boolean => !tool.includes('.') && TEXTS.has(name);
    return Object.fromEntries(Object.entries(args).filter(([name]) => (isText(name) ? this.#may.texts : this.#may.commands)));
  }

  /** The files of a patch. */
  changes(changes: JsonRecord): ShownArgs {
    return this.#pathArgs(Object.keys(changes));
  }

  /** A command that a script ran. */
  command(command: unknown): ShownArgs {
    const kept = withoutPatches({ cmd: asText(asList(command).at(-1)) ?? '' });
    return { args: this.#may.commands ? this.#short('exec_command', kept) : {}, hidden: judgedArgs(kept, this.#safe) };
  }

  #short(tool: string, args: JsonRecord): Record<string, string> {
    return shortArgs(tool, args, { safe: this.#safe, neededArgs: (_tool, names) => names });
  }

  #pathArgs(paths: readonly string[]): ShownArgs {
    if (paths.length === 0) return { args: {}, hidden: {} };
    const some = paths.slice(0, MAX_PATHS);
    const path = this.word(some.map((each) => shownPath(each, this.#project, this.#cwd)).join(', '));
    return { args: { path }, hidden: this.#short('apply_patch', { path: some.join(', ') }) };
  }
}

function pathsInPatch(patch: string): string[] {
  return [...patch.matchAll(PATCHED_FILE)].flatMap(([, path]) => asText(path?.trim()) ?? []);
}

/** A script or a command may carry a patch. */
function withoutPatches(args: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? (value.split(PATCH)[0] ?? '') : value]),
  );
}
