// Finds commits whose messages are not conventional.

import { deedRule } from './deed-rule.ts';
import { enforcementOf } from './enforcement.ts';
import { type GitCommand, gitCommandsIn } from './git-command.ts';

const CONVENTIONAL = /^(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([^()]+\))?!?: \S/;
const OF_GIT = /^(?:fixup!|squash!|amend!|Merge |Revert ")/;
/** A message is often given as a here-document. */
const HERE_DOCUMENT = /^\$\(cat <<-?\s*(['"]?)\w+\1[\s;]*/;

export const commitMessage = deedRule({
  name: 'commit-message',
  meaning: 'messages of commits are conventional, such as `fix(cart): round prices`',
  byDefault: 'off',
  severity: 'remark',
  ofCall: (call) =>
    gitCommandsIn(call).some((command) => messageOf(command)?.isConventional === false)
      ? { finding: 'unconventional', severity: 'remark', deed: 'committed with a message that is not conventional' }
      : undefined,
  ofFact: (fact) =>
    enforcementOf(fact)?.rule === 'git-conventional-commits'
      ? { finding: 'unconventional', severity: 'remark', deed: 'committed with a message that is not conventional' }
      : undefined,
});

/** The first `-m` is the subject. A commit without one takes its message from elsewhere. */
function messageOf({ verb, args }: GitCommand): { isConventional: boolean } | undefined {
  if (verb !== 'commit') return undefined;
  const at = args.findIndex((arg) => /^-[a-z]*m$/.test(arg) || arg === '--message');
  const message = at < 0 ? args.find((arg) => arg.startsWith('--message='))?.slice('--message='.length) : args[at + 1];
  if (message === undefined) return undefined;
  const subject = message.replace(HERE_DOCUMENT, '').trim();
  return { isConventional: CONVENTIONAL.test(subject) || OF_GIT.test(subject) };
}
