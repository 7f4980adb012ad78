// The list of rules. A new rule is one file and one line here.

import { auditBeforeResponse } from './audit-before-response.ts';
import { budgetExhausted } from './budget-exhausted.ts';
import { commitMessage } from './commit-message.ts';
import { dangerousCommand } from './dangerous-command.ts';
import { drift } from './drift.ts';
import { editsWithoutTestRun } from './edits-without-test-run.ts';
import { errorsUnseen } from './errors-unseen.ts';
import { forbiddenPattern } from './forbidden-pattern.ts';
import { forcePush } from './force-push.ts';
import { handoffTax } from './handoff-tax.ts';
import { handoffTaxAgents } from './handoff-tax-agents.ts';
import { ledgerChain } from './ledger-chain.ts';
import { loop } from './loop.ts';
import { meshNotification } from './mesh-notification.ts';
import { missingOutput } from './missing-output.ts';
import { nodeHealth } from './node-health.ts';
import { observerActed } from './observer-acted.ts';
import { outsideScope } from './outside-scope.ts';
import { poisonedContext } from './poisoned-context.ts';
import { posture } from './posture.ts';
import { protectedBranch } from './protected-branch.ts';
import { recordSize } from './record-size.ts';
import type { Rule } from './rule.ts';
import { secretInCommand } from './secret-in-command.ts';
import { sequence } from './sequence.ts';
import { staleMember } from './stale-member.ts';

/** Every rule, in the order in which they get an observation. */
export const RULES: readonly Rule[] = [
  sequence,
  posture,
  auditBeforeResponse,
  observerActed,
  drift,
  ledgerChain,
  loop,
  dangerousCommand,
  secretInCommand,
  forcePush,
  protectedBranch,
  commitMessage,
  outsideScope,
  errorsUnseen,
  editsWithoutTestRun,
  handoffTax,
  handoffTaxAgents,
  staleMember,
  forbiddenPattern,
  missingOutput,
  recordSize,
  nodeHealth,
  meshNotification,
  budgetExhausted,
  poisonedContext,
];
