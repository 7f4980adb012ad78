// `live-status ledger`: verifies the audit ledger, or shows its newest entries.

import { resolve } from 'node:path';
import { isIntact, describeVerdict, verifyLedger } from '../coordinator/ledger/verify.ts';
import { newestEntries } from '../coordinator/ledger/newest-entries.ts';
import { readSettings } from '../config/config.ts';
import { oneLine } from '../text/text.ts';
import { errorText } from '../core/error-code.ts';
import type { CliContext, Command } from './command.ts';
import { printProblems } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';

const DEFAULT_LINES = 20;

export const ledgerCommand: Command = {
  name: 'ledger',
  summary: 'verify the audit ledger, or show its newest entries',
  details: () =>
    [
      'live-status ledger verify [FILE] says whether the chain is intact, and where it is not: a fork has right hashes and a wrong link, as when',
      'two writers read the same last line; a tampered line was altered after it was written; a damaged one is no entry; a torn one has no end.',
      'Lines that follow the form of lineage entries only, and the dialect of the editor plugin, are named and are no fault.',
      'live-status ledger tail [FILE] shows the newest entries, oldest first. FILE is AUDIT_LEDGER when it is left out.',
      '',
      'Exit codes: 0 intact or shown, 1 not intact or not readable, 64 used wrongly, 78 AUDIT_LEDGER is wrong.',
    ].join('\n'),
  operands: { usage: 'verify|tail [FILE]', most: 2 },
  options: { lines: { type: 'string', value: 'N', help: `entries that tail shows (${DEFAULT_LINES})` } },
  async run(values, context, [action, file]) {
    if (action !== 'verify' && action !== 'tail') return refuse('say verify or tail', context);
    const count = values['lines'] === undefined ? DEFAULT_LINES : Number(values['lines']);
    if (!(Number.isInteger(count) && count > 0 && count <= 10_000)) return refuse('--lines is a whole number from 1 to 10000', context);
    const settings = readSettings(context.env, ['auditLedger']);
    if ('problems' in settings) {
      printProblems(settings.problems, context.err);
      return exitCodes.config;
    }
    const path = file === undefined ? settings.auditLedger : resolve(file);
    try {
      return action === 'verify' ? await verify(path, context) : await tail(path, count, context);
    } catch (error) {
      context.err(`${path} cannot be read: ${errorText(error)}`);
      return exitCodes.failed;
    }
  },
};

function refuse(problem: string, context: CliContext): number {
  context.err(`live-status ledger: ${problem}`);
  context.err('See live-status ledger --help.');
  return exitCodes.usage;
}

async function verify(path: string, context: CliContext): Promise<number> {
  const verification = await verifyLedger(path);
  context.out(`${path}: ${describeVerdict(verification)}`);
  for (const { kind, line } of verification.breaks) context.out(`  line ${line}: ${kind}`);
  const { verdict, entries, faults, adjacentFaults } = verification.resilience;
  context.out(`  resilience ${verdict}: ${faults} of ${entries} entries report a fault, ${adjacentFaults} of these in series`);
  return isIntact(verification) ? exitCodes.ok : exitCodes.failed;
}

/** Agents write the entries, so this removes what could move a cursor or hide text. */
async function tail(path: string, count: number, context: CliContext): Promise<number> {
  for (const { line, at, agent, action, outcome, detail } of await newestEntries(path, count)) {
    const when = at === undefined ? '-' : new Date(at).toISOString();
    context.out(oneLine(`${line}  ${when}  ${agent ?? '-'}  ${action ?? '-'}  ${outcome ?? '-'}  ${detail ?? ''}`));
  }
  return exitCodes.ok;
}
