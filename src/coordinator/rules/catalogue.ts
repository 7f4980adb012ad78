// The list of rules. A new rule is one file and one line here.

import { auditBeforeResponse } from './audit-before-response.ts';
import { drift } from './drift.ts';
import { ledgerChain } from './ledger-chain.ts';
import { observerActed } from './observer-acted.ts';
import { posture } from './posture.ts';
import type { Rule } from './rule.ts';
import { sequence } from './sequence.ts';

/** Every rule, in the order in which they get an observation. */
export const RULES: readonly Rule[] = [sequence, posture, auditBeforeResponse, observerActed, drift, ledgerChain];
