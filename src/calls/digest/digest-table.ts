// Draws the digest of one channel: a table of its turns by agent. Pure. Names of agents stand in code spans, in which nobody is mentioned.

import { formatDuration } from '../../boxes/render/amounts.ts';
import { codeSpan, plainText } from '../../text/neutralise.ts';
import type { DigestEnd } from './digest-turn.ts';

/** One turn as the table counts it. */
export interface CountedTurn {
  agentId: string;
  end: DigestEnd;
  waitedMs: number;
  tokens: number;
  costUsd: number;
  findings: number;
}

type Sums = Record<'turns' | 'done' | 'failed' | 'waitedMs' | 'tokens' | 'costUsd' | 'findings', number>;

const MAX_AGENTS = 40;
const MAX_NAME_POINTS = 40;
const HEAD = ['| agent | turns | done | failed | waited | tokens | cost | findings |', '|:--|--:|--:|--:|--:|--:|--:|--:|'];

/** `until`: the day and time of the digest. */
export function digestMessage(turns: readonly CountedTurn[], until: string, redact: (text: string) => string): string {
  const byAgent = [...Map.groupBy(turns, ({ agentId }) => agentId)].toSorted(([, one], [, other]) => other.length - one.length);
  const rows = byAgent
    .slice(0, MAX_AGENTS)
    .map(([agentId, own]) => rowOf(codeSpan(plainText(redact(agentId), MAX_NAME_POINTS)) || 'agent', sumsOf(own)));
  const others = byAgent.slice(MAX_AGENTS).flatMap(([, own]) => own);
  const rest = others.length === 0 ? [] : [rowOf('others', sumsOf(others))];
  const all = byAgent.length === 1 ? [] : [rowOf('**all**', sumsOf(turns))];
  return [`**Turns up to ${until}**`, '', ...HEAD, ...rows, ...rest, ...all].join('\n');
}

function sumsOf(turns: readonly CountedTurn[]): Sums {
  const sum = (of: (turn: CountedTurn) => number): number => turns.reduce((total, turn) => total + of(turn), 0);
  return {
    turns: turns.length,
    done: sum(({ end }) => Number(end === 'done')),
    failed: sum(({ end }) => Number(end === 'failed')),
    waitedMs: sum(({ waitedMs }) => waitedMs),
    tokens: sum(({ tokens }) => tokens),
    costUsd: sum(({ costUsd }) => costUsd),
    findings: sum(({ findings }) => findings),
  };
}

function rowOf(name: string, { turns, done, failed, waitedMs, tokens, costUsd, findings }: Sums): string {
  const waited = waitedMs < 1_000 ? '' : formatDuration(waitedMs);
  const cost = costUsd < 0.005 ? '' : `$${costUsd.toFixed(2)}`;
  const cells = [name, count(turns), count(done), count(failed), waited, count(tokens), cost, count(findings)];
  return `| ${cells.join(' | ')} |`;
}

function count(of: number): string {
  return of.toLocaleString('en-US');
}
