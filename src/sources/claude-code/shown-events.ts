// Turns facts into the events that leave the source: what the route of the session does not allow is left out here, and the rest is
// redacted.

import type { Trigger } from '../../core/event.ts';
import type { Visibility } from '../../core/source.ts';
import type { DecodedEvent, EventBody } from '../openclaw/decoding/decoded-event.ts';
import { planSteps } from '../openclaw/decoding/plan-steps.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';
import { queuedNoteOf, takenInNoteOf } from '../coding-agents/queued-note.ts';
import type { Fact } from './session-facts.ts';
import { type Folders, hiddenArgs, shownArgs } from './shown-args.ts';

/** Whose facts they are. */
export interface Stage {
  may: Visibility;
  folders: Folders;
  safe: SafeText;
  /** Turns carry the text of the person who started them, for rules. */
  emitsQuestions: boolean;
}

const MAX_TEXT_POINTS = 4_000;
const MAX_REASON_POINTS = 200;
const MAX_NAME_POINTS = 80;
const MAX_PROMPT_POINTS = 200;

const TRIGGERS: Record<Extract<Fact, { kind: 'prompt' }>['by'], Trigger> = {
  person: { kind: 'person' },
  program: { kind: 'operator' },
  command: { kind: 'command' },
  agent: { kind: 'parent' },
};

export function shownEvents(fact: Fact, stage: Stage): DecodedEvent[] {
  return bodiesOf(fact, stage).map((body) => ({ ...body, at: fact.at }));
}

function bodiesOf(fact: Fact, stage: Stage): EventBody[] {
  const { may, safe } = stage;
  switch (fact.kind) {
    case 'prompt':
      return beginning(fact, stage);
    case 'resumed':
      return [{ type: 'run_started', runId: fact.runId }];
    case 'ended': {
      const why = may.texts && fact.text !== undefined ? safe.line(fact.text, MAX_REASON_POINTS) : fact.reason;
      return [{ type: 'run_ended', outcome: fact.outcome, runId: fact.runId, ...(why === undefined ? {} : { reason: why }) }];
    }
    case 'yielded':
      return [{ type: 'run_ended', outcome: 'yielded', runId: fact.runId }];
    case 'text': {
      const text = may.texts ? { text: safe.prose(fact.text, MAX_TEXT_POINTS) } : {};
      return [{ type: 'message', messageId: fact.lineId, stop: 'tools', runId: fact.runId, ...text }];
    }
    case 'used':
      return [{ type: 'message', messageId: fact.messageId, stop: 'tools', runId: fact.runId, usage: fact.usage }];
    case 'call':
      return callOf(fact, stage);
    case 'result':
      return [{ type: 'tool_ended', callId: fact.callId, outcome: fact.outcome }];
    case 'retry': {
      const { kind: _kind, at: _at, ...retry } = fact;
      return [{ type: 'retry_scheduled', ...retry }];
    }
    case 'plan':
      return may.texts
        ? [{ type: 'plan_changed', steps: fact.steps.map(({ step, status }) => ({ step: safe.line(step, 200), status })) }]
        : [];
    case 'compacted':
      return [{ type: 'compacted' }];
    case 'queued':
      return [queuedNote(fact, stage)];
    case 'background_ended':
      return [{ type: 'background_ended', handle: fact.handle, ...(fact.exitCode === undefined ? {} : { exitCode: fact.exitCode }) }];
    case 'cost':
      return [costOf(fact)];
    case 'paused':
    case 'agent_called':
    case 'agent_named':
    case 'agent_ended':
    case 'about':
      return [];
    default:
      return fact satisfies never;
  }
}

function beginning({ runId, by, text }: Extract<Fact, { kind: 'prompt' }>, { may, safe, emitsQuestions }: Stage): EventBody[] {
  const question = emitsQuestions && by === 'person' ? { text: safe.prose(text, MAX_TEXT_POINTS) } : {};
  const shown = may.prompts && by !== 'agent' ? safe.line(text, MAX_PROMPT_POINTS) : '';
  return [
    { type: 'turn_started', trigger: TRIGGERS[by], messageId: runId, runId, ...question },
    { type: 'run_started', runId },
    ...(shown === ''
      ? []
      : [{ type: 'message', messageId: `prompt:${runId}`, stop: 'tools', injected: true, runId, text: `“${shown}”` } as const]),
  ];
}

function queuedNote({ runId, at, isTakenIn, text }: Extract<Fact, { kind: 'queued' }>, { may, safe }: Stage): EventBody {
  const words = may.prompts && !isTakenIn ? safe.line(text, MAX_PROMPT_POINTS) : ''; // once is enough
  const said = isTakenIn ? takenInNoteOf(words) : queuedNoteOf(words);
  return { type: 'message', messageId: `${isTakenIn ? 'taken-in' : 'queued'}:${at}`, stop: 'tools', injected: true, runId, text: said };
}

function callOf({ runId, callId, tool, input }: Extract<Fact, { kind: 'call' }>, { may, folders, safe }: Stage): EventBody[] {
  const steps = may.texts ? planSteps(tool, input, safe) : undefined;
  const args = shownArgs(tool, input, may, folders, safe);
  const name = safe.line(tool, MAX_NAME_POINTS);
  return [
    { type: 'tool_started', callId, tool: name, args, hidden: hiddenArgs(input, safe), runId },
    ...(steps === undefined ? [] : [{ type: 'plan_changed', steps } as const]),
  ];
}

/** It reaches a turn that has ended, and opens nothing. */
function costOf({ runId, usd, total }: Extract<Fact, { kind: 'cost' }>): EventBody {
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: usd };
  return { type: 'message', messageId: `cost:${runId}:${total}`, stop: 'tools', injected: true, runId, usage };
}
