// The lines that a box must show of a scripted turn: from what the model was asked and what the tools answered. Pure.

import type { Ask, AskedCall, ModelServer } from './model-server.ts';

type Witness = Pick<ModelServer, 'asks' | 'toolAnswersById'>;

const TOKENS_PER_ANSWER = 1_240;
const MAIN_ARGUMENT: Record<string, string> = { exec: 'command', read: 'path', write: 'path' };

/** The lines of the box, without times and figures. Sub-agents are indented below the call that made them. */
export function trueLines(witness: Witness, scenario: string, script: string): string[] {
  return asksOf(witness, scenario, script).flatMap((ask) => [
    ...(ask.text === undefined || ask.status !== undefined ? [] : [firstLineOf(ask.text)]),
    ...ask.calls.flatMap((call) => callLines(witness, scenario, call)),
  ]);
}

/** What the turn and everything below it used up. */
export function trueTokens(witness: Witness, scenario: string): string {
  const answers = witness.asks.filter((ask) => ask.scenario === scenario && ask.status === undefined && !ask.cutOff).length;
  return `${((answers * TOKENS_PER_ANSWER) / 1_000).toFixed(1).replace(/\.0$/, '')}k tokens`;
}

/** A box's lines as `trueLines` writes them: durations, costs and retries of the same words taken out. */
export function withoutFigures(lines: readonly string[]): string[] {
  return lines.map((line) =>
    plain(line)
      .replace(/(\[(?:OK|ERR|ERR exit \d+)\]) \d[\dhms ]*$/, '$1')
      .replace(/^( *\[(?:DONE|ABORTED|LOST)\]).*$/, '$1'),
  );
}

function asksOf({ asks }: Witness, scenario: string, script: string): Ask[] {
  return asks.filter((ask) => ask.scenario === scenario && ask.script === script);
}

/** All that a box shows of a text. */
function firstLineOf(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function callLines(witness: Witness, scenario: string, call: AskedCall): string[] {
  if (call.tool !== 'sessions_spawn')
    return [`${call.tool}: \`${String(call.args[MAIN_ARGUMENT[call.tool] ?? ''])}\` ${outcomeOf(witness, call)}`];
  const script = /task:([a-z-]+)\//.exec(String(call.args['task']))?.[1] ?? '';
  const below = [...trueLines(witness, scenario, script), '[DONE]'].map((line) => `  ${line}`);
  return [`Sub-agent: ${String(call.args['label'])}`, ...below];
}

function outcomeOf({ toolAnswersById }: Witness, { callId }: AskedCall): string {
  const answer = toolAnswersById.get(callId);
  if (answer === undefined) return '[no result]';
  const exitCode = /Command exited with code (\d+)/.exec(answer)?.[1];
  if (exitCode !== undefined) return `[ERR exit ${exitCode}]`;
  return /"status": ?"error"|^ENOENT|no such file/i.test(answer) ? '[ERR]' : '[OK]';
}

/** Without the mark of our own lines and the fixed spaces of an indent, as a reader sees them. */
function plain(line: string): string {
  return line
    .replace(/[\u00a0\u2003]/g, ' ')
    .replace(/^( *)◆ /, '$1')
    .replace(/\\([^\w\s])/g, '$1');
}
