// Plays the corpus of loops and honest repetitions to the rule.

import { readFileSync } from 'node:fs';
import type { CallOutcome } from '../../../src/core/event.ts';
import { loop } from '../../../src/coordinator/rules/loop.ts';
import type { Observation } from '../../../src/coordinator/rules/observation.ts';
import type { Finding } from '../../../src/coordinator/rules/rule.ts';
import { contextWith, run, T0 } from './rule-harness.ts';

interface CorpusCall {
  tool: string;
  args: Record<string, string>;
  tookS: number;
  exit?: number;
  detail?: string;
  usd?: number;
  tokens?: number;
}

export interface Case {
  name: string;
  /** Said of each case where loops and others are in one file. */
  isLoop?: boolean;
  steps: { times: number; pausesS: number[]; calls: CorpusCall[] }[];
}

const ACTOR = { conversation: 'town', sessionKey: 'agent:main:town', agentId: 'main', boxId: 'box' };

export function casesOf(file: 'loops' | 'honest' | 'held-out'): Case[] {
  const text = readFileSync(new URL(`../../fixtures/loops/${file}.jsonl`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

export function findingsIn(one: Case, context = contextWith()): Finding[] {
  return run(loop, observationsOf(one), context);
}

function observationsOf({ steps }: Case): Observation[] {
  const observations: Observation[] = [];
  let at = T0;
  for (const [number, step] of steps.entries()) {
    for (let round = 0; round < step.times; round++) {
      for (const [index, call] of step.calls.entries()) {
        at += (step.pausesS[round * step.calls.length + index] ?? 0) * 1_000;
        const made = playCall(call, `${number}-${round}-${index}`, round + 1, at);
        observations.push(...made);
        at += call.tookS * 1_000;
      }
    }
  }
  return observations;
}

function playCall({ tool, args, tookS, usd, tokens, ...how }: CorpusCall, callId: string, round: number, at: number): Observation[] {
  const given = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value.replaceAll('{n}', String(round))]));
  const isPaid = usd !== undefined || tokens !== undefined;
  return [
    ...(isPaid ? [{ type: 'spent', ...ACTOR, at, costUsd: usd ?? 0, tokens: tokens ?? 0 } as const] : []),
    { type: 'tool_started', ...ACTOR, at, callId, tool, toolName: tool, args: given },
    { type: 'tool_ended', ...ACTOR, at: at + tookS * 1_000, callId, outcome: outcomeOf(how) },
  ];
}

function outcomeOf({ exit, detail }: Pick<CorpusCall, 'exit' | 'detail'>): CallOutcome {
  if (exit === undefined) return { kind: 'ok' };
  return { kind: 'failed', exitCode: exit, ...(detail === undefined ? {} : { detail }) };
}
