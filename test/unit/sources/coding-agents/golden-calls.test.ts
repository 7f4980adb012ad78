// The golden files of the newest versions beside what really happened, call by call.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type RealCall, realityOf } from './real-calls.ts';

/** How a golden file of each program writes a call. */
const DIALECTS = {
  'claude-code-2.1.332': {
    folder: 'claude-code/2.1.332',
    call: /^ +([\w-]+) (OK|FAILED|ABORTED|CUT OFF|RUNNING|BACKGROUND)(?: (\d+|\(denied\)))?(?= |$)/,
  },
  'codex-0.171.0': { folder: 'codex/codex-0.171.0', call: /^ {4}([\w.-]+) .*?\[(ok|failed|aborted|no result|background|…)(?: (\d+))?\]$/ },
} as const;

const CAME: Record<string, RealCall['came']> = {
  ok: 'ok',
  background: 'background',
  failed: 'failed',
  aborted: 'stopped',
  'cut off': 'stopped',
  running: 'stopped',
  'no result': 'stopped',
  '…': 'stopped',
};

function goldenFolder(version: keyof typeof DIALECTS): string {
  return fileURLToPath(new URL(`../../../golden/${DIALECTS[version].folder}/`, import.meta.url));
}

/** A call that began a sub-agent of Claude Code is shown as that sub-agent's block. */
const BLOCK = /^ +\S.* \[[\w-]+\] [A-Z]+\b.* tokens /;

function callsIn(golden: string, call: RegExp, tools: ReadonlySet<string>): RealCall[] {
  return golden.split('\n').flatMap((line) => {
    if (BLOCK.test(line)) return [{ tool: 'Agent', came: 'ok' }];
    const [, tool = '', word = '', detail] = call.exec(line) ?? [];
    if (!tools.has(tool)) return [];
    const came = detail === '(denied)' ? 'stopped' : (CAME[word.toLowerCase()] ?? 'ok');
    return [{ tool, came: came === 'failed' && detail !== undefined ? `failed ${Number(detail)}` : came }];
  });
}

const words = (calls: readonly RealCall[]): string[] => calls.map(({ tool, came }) => `${tool} ${came}`);

describe.each(Object.keys(DIALECTS) as (keyof typeof DIALECTS)[])('%s', (version) => {
  const scenarios = readdirSync(goldenFolder(version)).map((name) => basename(name, '.txt'));

  it.each(scenarios)('%s: the golden file has each call that the model asked for, and what came of it', (scenario) => {
    const { calls, odd } = realityOf(version, scenario);
    const golden = readFileSync(`${goldenFolder(version)}${scenario}.txt`, 'utf8');
    const shown = callsIn(golden, DIALECTS[version].call, new Set(calls.map(({ tool }) => tool)));
    expect({ odd, calls: words(shown).toSorted() }).toEqual({ odd: [], calls: words(calls).toSorted() });
  });
});
