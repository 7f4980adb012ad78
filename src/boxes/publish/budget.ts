// One token bucket for all requests to the server, and the shares of it that some of them may take first. Pure values; knows neither
// boxes nor why a request is sent.

/**
 * At most `burst` tokens; `perSecond` new ones are added. The last `reserve` tokens are for those that go first. Ends may borrow
 * another `burst`.
 */
export interface BudgetLimits {
  perSecond: number;
  burst: number;
  reserve: number;
}

/** What goes first has a share of rate and burst for that. What exceeds its share waits its turn, so that nothing starves. */
const SHARES = {
  urgent: { rate: 1 / 2, burst: 1 },
  opening: { rate: 1 / 2, burst: 1 / 2 },
  look: { rate: 1 / 4, burst: 1 / 4 },
  mark: { rate: 1 / 4, burst: 1 / 2 },
} as const;
type Shared = keyof typeof SHARES;

/**
 * Ends never wait for each other: they borrow tokens, and later ordinary requests pay them back. `urgent`, `opening` and `look` (for the
 * place of a box) use the reserve within their shares; half of it is for `urgent` alone. `mark` (reactions, and what else is no box) goes
 * just before `ordinary` within its share, which otherwise would leave it nothing. `spare` takes what nobody else wants.
 */
export type Claim = 'end' | Shared | 'ordinary' | 'spare';

/** `tokens` as they were at the instant `at` (milliseconds). Below zero, ends have borrowed them, up to `credit`. */
export interface Budget {
  readonly tokens: number;
  readonly credit: number;
  /** What is left of each share. */
  readonly shares: Readonly<Record<Shared, number>>;
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
  const { burst } = limits;
  return { tokens: burst, credit: burst, shares: eachShare((name) => SHARES[name].burst * burst), at: now };
}

/** The bucket as it stands at the instant `now`. */
export function refill(budget: Budget, limits: BudgetLimits, now: number): Budget {
  const gained = (Math.max(0, now - budget.at) / 1_000) * limits.perSecond;
  const { burst } = limits;
  return {
    tokens: Math.min(burst, budget.tokens + gained),
    credit: Math.min(burst, budget.credit + gained),
    shares: eachShare((name) => Math.min(Math.max(1, SHARES[name].burst * burst), budget.shares[name] + SHARES[name].rate * gained)),
    at: Math.max(now, budget.at),
  };
}

function eachShare(valueOf: (name: Shared) => number): Budget['shares'] {
  return { urgent: valueOf('urgent'), opening: valueOf('opening'), look: valueOf('look'), mark: valueOf('mark') };
}

/** The earliest instant at which a request may go; not later than `now` means it may go now. */
export function tokenAt(budget: Budget, limits: BudgetLimits, claim: Claim): number {
  const { perSecond } = limits;
  const forTokenMs = msUntil(1 + keptBack(budget, limits, claim) - budget.tokens, perSecond);
  const forShareMs = isShared(claim) ? msUntil(1 - budget.shares[claim], perSecond * SHARES[claim].rate) : 0;
  return budget.at + Math.max(forTokenMs, forShareMs);
}

function msUntil(missing: number, perSecond: number): number {
  return missing <= ROUNDING ? 0 : Math.ceil(((missing - ROUNDING) / perSecond) * 1_000);
}

function isShared(claim: Claim): claim is Shared {
  return claim in SHARES;
}

function keptBack({ credit }: Budget, { reserve }: BudgetLimits, claim: Claim): number {
  switch (claim) {
    case 'end':
      return -credit;
    case 'urgent':
      return 0;
    case 'opening':
    case 'look':
      return reserve / 2;
    case 'mark':
      return Math.max(0, reserve - 1);
    case 'ordinary':
      return reserve;
    case 'spare':
      return reserve + 1; // who waits for an ordinary one takes it before the bucket is that full
    default:
      return claim satisfies never;
  }
}

/** Takes one token. Requests that ignore the budget (a shutdown) borrow no more than ends may. */
export function take(budget: Budget, { burst }: BudgetLimits, claim: Claim): Budget {
  const shares = isShared(claim) ? { ...budget.shares, [claim]: Math.max(0, budget.shares[claim] - 1) } : budget.shares;
  return { ...budget, shares, tokens: Math.max(-burst, budget.tokens - 1) };
}

/** After a 429 only the reserve is left and nobody may borrow. So later requests are spread at the refill rate. */
export function shrinkToReserve(budget: Budget, limits: BudgetLimits): Budget {
  return { ...budget, tokens: Math.min(budget.tokens, limits.reserve), credit: 0 };
}
