// One token bucket over all requests to the server. Pure values; knows neither boxes nor why a request is sent.

/** `burst` tokens at most, `perSecond` new ones; the last `reserve` of them are for urgent requests only. */
export interface BudgetLimits {
  perSecond: number;
  burst: number;
  reserve: number;
}

/** `tokens` as they were at the instant `at` (milliseconds). */
export interface Budget {
  readonly tokens: number;
  readonly at: number;
}

// Refilling adds fractions; a token that lacks a rounding error counts as whole, so that nobody wakes up too early twice.
const ROUNDING = 1e-6;

/** Limits with a quarter of the burst kept for urgent requests. */
export function budgetLimits(perSecond: number, burst: number): BudgetLimits {
  return { perSecond, burst, reserve: Math.floor(burst / 4) };
}

/** A full bucket at the instant `now`. */
export function fullBudget(limits: BudgetLimits, now: number): Budget {
  return { tokens: limits.burst, at: now };
}

/** The bucket as it stands at the instant `now`. */
export function refill(budget: Budget, limits: BudgetLimits, now: number): Budget {
  const gained = (Math.max(0, now - budget.at) / 1_000) * limits.perSecond;
  return { tokens: Math.min(limits.burst, budget.tokens + gained), at: Math.max(now, budget.at) };
}

/** The earliest instant at which a request may go; not later than `now` means it may go now. */
export function tokenAt(budget: Budget, limits: BudgetLimits, urgent: boolean): number {
  const missing = 1 + (urgent ? 0 : limits.reserve) - budget.tokens - ROUNDING;
  return missing <= 0 ? budget.at : budget.at + Math.ceil((missing / limits.perSecond) * 1_000);
}

/** Takes one token; what goes regardless of the budget (a shutdown) leaves it empty at worst. */
export function take(budget: Budget): Budget {
  return { tokens: Math.max(0, budget.tokens - 1), at: budget.at };
}

/** After a refusal for too many requests only the reserve is left, so that what follows is spread at the refill rate. */
export function shrinkToReserve(budget: Budget, limits: BudgetLimits): Budget {
  return { tokens: Math.min(budget.tokens, limits.reserve), at: budget.at };
}
