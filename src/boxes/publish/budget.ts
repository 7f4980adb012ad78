// One token bucket for all requests to the server. Pure values; knows neither boxes nor why a request is sent.

/**
 * At most `burst` tokens; `perSecond` new ones are added. The last `reserve` tokens are for urgent requests only. Ends may borrow
 * another `burst`.
 */
export interface BudgetLimits {
  perSecond: number;
  burst: number;
  reserve: number;
}

/** An end must not wait for other ends of the same moment. It borrows tokens, and later ordinary requests pay them back. */
export type Urgency = 'end' | 'urgent' | 'ordinary';

/** `tokens` as they were at the instant `at` (milliseconds). Below zero, ends have borrowed them, up to `credit`. */
export interface Budget {
  readonly tokens: number;
  readonly credit: number;
  readonly at: number;
}

// Refilling adds fractions. A token that lacks only a rounding error counts as whole, so that nobody wakes up too early twice.
const ROUNDING = 1e-6;

/** Limits with a quarter of the burst kept for urgent requests. */
export function budgetLimits(perSecond: number, burst: number): BudgetLimits {
  return { perSecond, burst, reserve: Math.floor(burst / 4) };
}

/** A full bucket at the instant `now`. */
export function fullBudget(limits: BudgetLimits, now: number): Budget {
  return { tokens: limits.burst, credit: limits.burst, at: now };
}

/** The bucket as it stands at the instant `now`. */
export function refill(budget: Budget, limits: BudgetLimits, now: number): Budget {
  const gained = (Math.max(0, now - budget.at) / 1_000) * limits.perSecond;
  const { burst } = limits;
  return { tokens: Math.min(burst, budget.tokens + gained), credit: Math.min(burst, budget.credit + gained), at: Math.max(now, budget.at) };
}

/** The earliest instant at which a request may go; not later than `now` means it may go now. */
export function tokenAt(budget: Budget, limits: BudgetLimits, urgency: Urgency): number {
  const missing = 1 + keptBack(budget, limits, urgency) - budget.tokens - ROUNDING;
  return missing <= 0 ? budget.at : budget.at + Math.ceil((missing / limits.perSecond) * 1_000);
}

function keptBack({ credit }: Budget, { reserve }: BudgetLimits, urgency: Urgency): number {
  switch (urgency) {
    case 'end':
      return -credit;
    case 'urgent':
      return 0;
    case 'ordinary':
      return reserve;
    default:
      return urgency satisfies never;
  }
}

/** Takes one token. Requests that ignore the budget (a shutdown) borrow no more than ends may. */
export function take(budget: Budget, { burst }: BudgetLimits): Budget {
  return { ...budget, tokens: Math.max(-burst, budget.tokens - 1) };
}

/** After a 429 only the reserve is left and nobody may borrow. So later requests are spread at the refill rate. */
export function shrinkToReserve(budget: Budget, limits: BudgetLimits): Budget {
  return { tokens: Math.min(budget.tokens, limits.reserve), credit: 0, at: budget.at };
}
