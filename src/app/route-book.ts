// Holds the rules of ROUTES: where each leads, as the chat server says, and whether it was ever needed. Knows neither sessions nor boxes.

import type { Clock } from '../core/clock.ts';
import { isRecord } from '../core/json-guards.ts';
import type { Logger } from '../core/log.ts';
import { type RouteRule, ruleFor, ruleText, ruleToShow, type RouteTarget, targetText, visibilityOf } from '../core/route-rule.ts';
import { isRefusal } from '../core/sink.ts';
import { untilAnswered } from '../core/until-healthy.ts';
import type { Visibility } from '../core/source.ts';
import type { BoardRow } from '../boxes/board/board-rows.ts';
import type { RoutedTo } from '../boxes/placement/placement.ts';
import type { RouteFacts } from '../health/health-report.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';

export interface RouteBookPorts {
  clock: Clock;
  log: Logger;
  /** Where it is remembered since when a rule is there, and whether it was ever needed. */
  facts: Pick<ImmediateRows, 'get' | 'put'>;
  /** The channel of a target. Throws `PushError`. */
  resolve(target: RouteTarget): Promise<string>;
}

/** What is remembered of a rule. */
interface RuleUse {
  /** Wall clock, when a watcher first had it. */
  since: number;
  isUsed: boolean;
}

type Found = { channelId: string } | { because: string; at: number };

export const RULE_USES = 'rules of ROUTES'; // the key of that fact
export const ADDRESSES = 'addresses'; // the key of that fact
const KEPT_ADDRESSES = 200; // projects on one machine
const UNUSED_AFTER_MS = 24 * 3_600_000; // a rule that nothing needed for a day is probably misspelt
const ASK_AGAIN_MS = 30_000; // a target that does not exist may be created, or we are invited

export class RouteBook {
  readonly #rules: readonly RouteRule[];
  readonly #ports: RouteBookPorts;
  readonly #usesByPattern: Map<string, RuleUse>;
  readonly #foundByTarget = new Map<string, Found>();
  /** The addresses that sources asked about, the newest last: so `config` can say of a project what would show it. */
  readonly #addresses: Set<string>;
  readonly #askingByTarget = new Map<string, Promise<Found>>();

  constructor(rules: readonly RouteRule[], ports: RouteBookPorts) {
    this.#rules = rules;
    this.#ports = ports;
    const known = decodeRuleUses(ports.facts.get(RULE_USES));
    const now = ports.clock.now();
    this.#usesByPattern = new Map(rules.map(({ pattern }) => [pattern, known.get(pattern) ?? { since: now, isUsed: false }]));
    if (rules.length > 0 || known.size > 0) this.#remember();
    this.#addresses = new Set(decodeAddresses(ports.facts.get(ADDRESSES)));
  }

  /** What may be shown of sessions with that address. */
  visibility(address: string): Visibility {
    this.#note(address);
    return visibilityOf(this.#ruleFor(address));
  }

  /** Whether sessions with that address may be shown at all. Those without one have a channel of their own, or none. */
  isShown(address: string | undefined): boolean {
    return address === undefined || ruleFor(this.#rules, address) !== undefined;
  }

  /** Whether the boxes of both addresses go to the same place, as far as that is known. */
  leadAlike(one: string | undefined, other: string | undefined): boolean {
    const [place, otherPlace] = [one, other].map((address) => this.#placeOf(address));
    return place !== undefined && place === otherPlace;
  }

  #placeOf(address: string | undefined): string | undefined {
    const rule = address === undefined ? undefined : ruleFor(this.#rules, address);
    const name = rule === undefined ? '' : targetText(rule.target);
    const found = this.#foundByTarget.get(name);
    if (found === undefined || !('channelId' in found)) return name === '' ? undefined : name;
    return found.channelId;
  }

  /** Where sessions with that address go. Throws `PushError` while the server does not say it. */
  async channelFor(address: string): Promise<RoutedTo> {
    const rule = this.#ruleFor(address);
    if (rule === undefined) return { kind: 'unrouted' };
    const found = await this.#find(rule.target);
    if ('channelId' in found) return { kind: 'channel', channelId: found.channelId };
    return { kind: 'impossible', because: `its rule ${ruleText(rule)} leads nowhere: ${found.because}` };
  }

  /** Looks for all targets, so that health names those that do not exist. Never throws: what fails now is asked for again when needed. */
  async resolveAll(): Promise<void> {
    await Promise.all(this.#rules.map(({ target }) => this.#find(target).catch(() => undefined)));
  }

  /** `undefined` when there is neither a rule nor a session that needs one. */
  facts(rows: readonly Pick<BoardRow, 'sessionKey' | 'address'>[]): RouteFacts | undefined {
    const rules = this.#rules.map((rule) => {
      const problem = this.#problemOf(rule);
      return {
        rule: ruleText(rule),
        isUsed: this.#usesByPattern.get(rule.pattern)?.isUsed === true,
        ...(problem === undefined ? {} : { problem }),
      };
    });
    const unrouted = this.#unrouted(rows);
    return rules.length + unrouted.length === 0 ? undefined : { rules, unrouted };
  }

  #unrouted(rows: readonly Pick<BoardRow, 'sessionKey' | 'address'>[]): RouteFacts['unrouted'] {
    const without = rows.filter(({ address }) => address !== undefined && ruleFor(this.#rules, address) === undefined);
    return [...Map.groupBy(without, ({ address = '' }) => address)].map(([address, alike]) => ({
      address,
      sessions: new Set(alike.map(({ sessionKey }) => sessionKey)).size,
      rule: ruleToShow(address),
    }));
  }

  #problemOf({ pattern, target }: RouteRule): string | undefined {
    const found = this.#foundByTarget.get(targetText(target));
    if (found !== undefined && 'because' in found) return found.because;
    const use = this.#usesByPattern.get(pattern);
    return use !== undefined && isUnused(use, this.#ports.clock.now()) ? UNUSED : undefined;
  }

  #ruleFor(address: string): RouteRule | undefined {
    const rule = ruleFor(this.#rules, address);
    const use = rule === undefined ? undefined : this.#usesByPattern.get(rule.pattern);
    if (use === undefined || use.isUsed) return rule;
    use.isUsed = true;
    this.#remember();
    return rule;
  }

  /** Each target is asked for once at a time. */
  async #find(target: RouteTarget): Promise<Found> {
    const name = targetText(target);
    const known = this.#foundByTarget.get(name);
    if (known !== undefined && ('channelId' in known || this.#ports.clock.monotonic() - known.at < ASK_AGAIN_MS)) return known;
    const asking = this.#askingByTarget.get(name) ?? this.#ask(target, name).finally(() => this.#askingByTarget.delete(name));
    this.#askingByTarget.set(name, asking);
    return asking;
  }

  /** A refusal that passes within seconds is none: a box would be withdrawn for it. */
  async #ask(target: RouteTarget, what: string): Promise<Found> {
    const { clock, log, resolve } = this.#ports;
    const found = await untilAnswered(clock, () => resolve(target)).then(
      (channelId) => ({ channelId }),
      (error: unknown) => {
        if (!isRefusal(error)) throw error;
        return { because: error.message, at: clock.monotonic() };
      },
    );
    if ('because' in found && !this.#foundByTarget.has(what))
      log.warn({ what, because: found.because }, 'A target of ROUTES cannot be used; it is asked for again when needed.');
    this.#foundByTarget.set(what, found);
    return found;
  }

  #note(address: string): void {
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    this.#ports.facts.put(ADDRESSES, [...this.#addresses].slice(-KEPT_ADDRESSES));
  }

  #remember(): void {
    this.#ports.facts.put(RULE_USES, Object.fromEntries(this.#usesByPattern));
  }
}

export const UNUSED = 'nothing has matched it for a day: is its folder right, and does no earlier rule match the same?';

/** Whether a rule that was there for a day was never needed. */
export function isUnused({ since, isUsed }: RuleUse, now: number): boolean {
  return !isUsed && now - since >= UNUSED_AFTER_MS;
}

/** What is stored of each pattern. Rows are our own; a foreign or incomplete one is skipped. */
export function decodeRuleUses(value: unknown): Map<string, RuleUse> {
  const uses = Object.entries(isRecord(value) ? value : {}).flatMap(([pattern, use]): [string, RuleUse][] =>
    isRecord(use) && typeof use['since'] === 'number' ? [[pattern, { since: use['since'], isUsed: use['isUsed'] === true }]] : [],
  );
  return new Map(uses);
}

/** The stored addresses. */
export function decodeAddresses(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((address) => typeof address === 'string') : [];
}
