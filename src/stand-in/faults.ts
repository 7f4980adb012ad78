// Owns the script of faults: which requests shall go wrong, how, and how often. Knows neither posts nor sockets.

import type { StandInRequest } from './answer.ts';

/** What goes wrong. Times are milliseconds; `applied` says whether the request takes effect although the client never learns it. */
export type Fault =
  /** Answers in the server's (or with `html` a proxy's) name. `id` is a Mattermost error id, `body` replaces the whole body. */
  | {
      kind: 'status';
      status: number;
      id?: string;
      body?: string;
      html?: boolean;
      headers?: Record<string, string>;
      applied?: boolean;
      afterMs?: number;
    }
  /** The connection is destroyed without an answer. */
  | { kind: 'reset'; applied: boolean }
  /** No answer, ever; the connection is destroyed after `ms` when given. */
  | { kind: 'hang'; applied: boolean; ms?: number }
  /** Takes effect at once, is answered late. */
  | { kind: 'slow'; ms: number }
  /** Takes effect late and is answered then, whether or not the client still waits: an old edit may land after a newer one. */
  | { kind: 'stall'; ms: number }
  /** Takes effect; the connection breaks in the middle of the answer. */
  | { kind: 'truncated' };

/** Which requests a fault hits; what is left out matches everything. */
interface FaultMatch {
  method?: string;
  /** Tested against path and query. */
  path?: RegExp;
  /** A post id that the path has to contain. */
  post?: string;
  /** Tested against the request's body. */
  body?: RegExp;
}

/** One line of the script. `times` defaults to once; `Infinity` lasts until removed. */
interface FaultRule {
  match?: FaultMatch;
  times?: number;
  fault: Fault;
}

/** The script, consulted in the order the rules were added. */
export class Faults {
  private readonly rules: { rule: FaultRule; left: number }[] = [];

  /** Adds a rule; the returned function removes it. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? 1 };
    this.rules.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** Drops all rules. */
  clear(): void {
    this.rules.length = 0;
  }

  /** The fault that hits `request`, if any; it is used up by this. */
  take(request: StandInRequest): Fault | undefined {
    const entry = this.rules.find(({ rule, left }) => left > 0 && hits(rule.match ?? {}, request));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.rule.fault;
  }
}

function hits(match: FaultMatch, request: StandInRequest): boolean {
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.path !== undefined && !match.path.test(request.path)) return false;
  if (match.post !== undefined && !request.path.includes(match.post)) return false;
  return match.body === undefined || match.body.test(request.body);
}
