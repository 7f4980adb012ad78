// The script of faults: which requests shall fail, how, and how often.

import type { StandInRequest } from './answer.ts';

/** What goes wrong. Times are milliseconds; `applied` says whether the request takes effect although the client gets no success. */
export type Fault =
  /** Answers like the server, or with `html` like a proxy. `id` is a Mattermost error id, `body` replaces the whole body. */
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
  /** Takes effect at once, but the answer is late. */
  | { kind: 'slow'; ms: number }
  /** Takes effect late, even if the client waits no more, and is answered then: an old edit may arrive after a newer one. */
  | { kind: 'stall'; ms: number }
  /** Takes effect; the connection breaks in the middle of the answer. */
  | { kind: 'truncated' };

/** Which requests a fault hits; a missing field matches everything. */
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

  /** Takes the fault for `request`, if any; that use counts. */
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
