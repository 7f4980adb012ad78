// Finds secrets in tool calls, and in what failed calls say. They are masked before anything of ours sees them.

import { MASK } from '../../text/redact-view.ts';
import { deedRule } from './deed-rule.ts';
import { enforcementOf } from './enforcement.ts';

export const secretInCommand = deedRule({
  name: 'secret-in-command',
  meaning: 'no secret stands in a command, in another argument of a tool, or in an error',
  byDefault: 'on',
  severity: 'violation',
  ofCall: ({ args, toolName }) =>
    Object.values(args).some((value) => value.includes(MASK))
      ? {
          finding: 'argument',
          severity: 'remark',
          deed: `wrote a secret into a call of ${toolName}; it is masked here, not in its transcript`,
        }
      : undefined,
  ofOutcome: ({ outcome }) =>
    outcome.kind === 'failed' && outcome.detail?.includes(MASK) === true
      ? { finding: 'output', severity: 'remark', deed: 'got a secret in an error; it is masked here, not in its transcript' }
      : undefined,
  ofFact: (fact) =>
    enforcementOf(fact)?.rule === 'no-hardcoded-secrets'
      ? { finding: 'file', severity: 'violation', deed: 'left a secret in a file' }
      : undefined,
});
