// What of a session of pi may be shown: OpenClaw's decoder tells everything, and what the route does not switch on is taken out here.

import type { CallOutcome } from '../../core/event.ts';
import type { Visibility } from '../../core/source.ts';
import type { EventBody } from '../coding-agents/agent-event.ts';
import { type Project, projectOf, shownPath } from '../coding-agents/project.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';
import { PI } from './pi-identity.ts';

const FILE_CONTENTS: ReadonlySet<string> = new Set(['content', 'edits', 'oldText', 'newText', 'patch', 'input']);
const FAILED = 'the model call failed';
const MAX_PROMPT_POINTS = 4_000;
const EXIT_CODE = /(?:^|\n)Command exited with code (\d{1,6})\s*$/;
const ABORTED = /(?:^|\n)Command aborted\s*$/;

export interface ShownSessionPorts {
  safe: SafeText;
  visibility(address: string): Visibility;
}

export class ShownSession {
  readonly id: string;
  readonly address: string;
  readonly #cwd: string;
  readonly #project: Project;
  readonly #may: Visibility;
  readonly #safe: SafeText;

  constructor(id: string, cwd: string, { safe, visibility }: ShownSessionPorts) {
    this.#safe = safe;
    this.id = id;
    this.#cwd = cwd;
    this.#project = projectOf(cwd);
    this.address = `${PI.id}:${this.#project.main}`;
    this.#may = visibility(this.address);
  }

  /** The event with what may be shown of it; nothing when that says nothing. `words`: the text of its message. */
  shown(body: EventBody, words: string): EventBody[] {
    const { texts } = this.#may;
    switch (body.type) {
      case 'message':
        return [
          { ...without(body, 'text', 'reason'), ...(texts && body.text !== undefined ? { text: body.text } : {}), ...this.#reason(body) },
        ];
      case 'turn_started':
        return this.#begun(body, words);
      case 'run_ended':
        return [{ ...without(body, 'reason'), ...this.#reason(body) }];
      case 'retry_scheduled':
        return [{ ...body, reason: texts ? body.reason : FAILED }];
      case 'tool_started':
        return [{ ...body, ...this.#args(body.args) }];
      case 'tool_ended':
        return [{ ...body, outcome: outcomeOf(body.outcome, words) }];
      case 'waiting_started':
        return [texts ? body : without(body, 'text')];
      case 'plan_changed':
      case 'meter_changed':
      case 'noted':
        return texts ? [body] : [];
      case 'child_spawned':
        return [texts ? body : without(body, 'label')];
      case 'session_seen':
      case 'run_started':
      case 'busy_seen':
      case 'busy_cleared':
      case 'calls_abandoned':
      case 'background_ended':
      case 'waiting_ended':
      case 'note_removed':
      case 'turn_hosted':
      case 'observed':
      case 'compacted':
      case 'source_lost':
      case 'clock_ticked':
      case 'clock_jumped':
      case 'writer_clock_learned':
      case 'watcher_stopped':
        return [body];
      default:
        return body satisfies never;
    }
  }

  #reason({ reason }: { reason?: string }): { reason?: string } {
    if (reason === undefined) return {};
    return { reason: this.#may.texts ? reason : FAILED };
  }

  /** Whatever the words of a prompt look like, a person wrote it. */
  #begun({ text: _text, ...body }: Extract<EventBody, { type: 'turn_started' }>, words: string): EventBody[] {
    const begun: EventBody = { ...body, trigger: { kind: 'person' } };
    const prompt = this.#may.prompts ? this.#safe.prose(words, MAX_PROMPT_POINTS) : '';
    if (prompt === '' || body.messageId === undefined) return [begun];
    return [begun, { type: 'message', messageId: `prompt-${body.messageId}`, text: prompt, stop: 'tools', injected: true }];
  }

  #args(given: Record<string, string>): { args: Record<string, string>; hidden: Record<string, string> } {
    const hidden = Object.fromEntries(Object.entries(given).filter(([name]) => !FILE_CONTENTS.has(name)));
    const path = hidden['path'] === undefined ? {} : { path: shownPath(hidden['path'], this.#project, this.#cwd) };
    return { args: this.#may.commands ? { ...hidden, ...path } : path, hidden };
  }
}

/** What a tool printed is never shown; pi says below it how a command ended. */
function outcomeOf(outcome: CallOutcome, words: string): CallOutcome {
  if (outcome.kind !== 'failed') return outcome;
  if (ABORTED.test(words)) return { kind: 'aborted' };
  const code = EXIT_CODE.exec(words)?.[1];
  return { ...without(outcome, 'detail'), ...(code === undefined ? {} : { exitCode: Number(code) }) };
}

function without<T extends object, K extends keyof T>(value: T, ...names: K[]): Omit<T, K> {
  const rest = { ...value };
  for (const name of names) delete rest[name];
  return rest;
}
