// Owns the watch over governed agents: feeds the rules with facts and carries their findings to the boxes, the operators and the ledger.

import type { Change } from '../core/fold.ts';
import { Answers } from './answers.ts';
import type { Coordinator, CoordinatorOptions, CoordinatorPorts } from './contract.ts';
import { conversationOf, deedIn, newestTurn } from './deeds.ts';
import { GovernanceWatch } from './governance-watch.ts';
import type { Break } from './ledger/chain.ts';
import type { OwnEntry } from './ledger/entry.ts';
import { LedgerFollower } from './ledger/ledger-follower.ts';
import { LedgerWriter } from './ledger/writer.ts';
import { Operators } from './operators.ts';
import { type CoordinatorHealth, healthOf } from './health.ts';
import type { Fact } from './rules/fact.ts';
import { badgeOf } from './rules/governance.ts';
import { orderOf, type Role } from './rules/role.ts';
import type { Finding, RuleContext, RunningRule } from './rules/rule.ts';
import { decodeStored, type StoredRow, type StoredState } from './stored.ts';
import { Tally } from './tally.ts';
import { toolFacts } from './tool-facts.ts';

const LEDGER_LOCK_WAIT_S = 5;
const LOOK_MS = 1_000; // what file events miss is seen after this time; the audit rule waits for five seconds
const REVERIFY_MS = 3_600_000; // an old line altered without a trace is found after this time
const TELL_RETRY_MS = 5_000;
const UNKNOWN_STATE = { mode: 'unknown', posture: 'unknown', role: 'unknown', sessionHash: null };
const LAST_WRITE_MS = 1_000; // what is not written then is written at the next start

export function createCoordinator(ports: CoordinatorPorts, options: CoordinatorOptions): Coordinator {
  return new RunningCoordinator(ports, options);
}

class RunningCoordinator implements Coordinator {
  readonly #ports: CoordinatorPorts;
  readonly #options: CoordinatorOptions;
  readonly #order: readonly Role[];
  readonly #rulesByName: ReadonlyMap<string, RunningRule>;
  readonly #actionsByRule: ReadonlyMap<string, string>;
  readonly #answers: Answers;
  readonly #tally: Tally;
  readonly #operators: Operators;
  readonly #writer: LedgerWriter;
  readonly #governance: GovernanceWatch;
  readonly #ledger: LedgerFollower;
  readonly #sinceAt: number;
  readonly #dirtyRows = new Set<StoredRow['key']>();
  #safeNotices = new Set<string>();
  #isCaughtUp = false;
  #isTelling = false;
  #tellAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #verifiedAt: number;

  constructor(ports: CoordinatorPorts, options: CoordinatorOptions) {
    const stored = decodeStored(ports.stored);
    this.#ports = ports;
    this.#options = options;
    this.#order = orderOf(options.roles);
    this.#sinceAt = stored.state?.sinceAt ?? ports.clock.now();
    this.#rulesByName = new Map(options.rules.map((rule) => [rule.name, rule.start(stored.state?.statesByRule[rule.name])]));
    this.#actionsByRule = new Map(options.rules.map(({ name, action }) => [name, action]));
    this.#answers = new Answers({ roles: options.roles, limits: options.limits, sinceAt: this.#sinceAt }, stored.state?.answers);
    this.#tally = new Tally(stored.state?.tally);
    const { operators: people, hasChannel, noticesPerHour: perHour } = options;
    this.#operators = new Operators({ people, hasChannel, perHour }, stored.operators);
    this.#safeNotices = new Set(stored.operators?.queue.map(({ id }) => id));
    this.#writer = this.#createWriter(stored.ledger);
    this.#governance = new GovernanceWatch(options.governanceDir, () => ports.changed('all'));
    this.#ledger = new LedgerFollower({ path: options.ledger.path, clock: ports.clock, onBreak: (broke) => this.#noteBreak(broke) });
    this.#verifiedAt = ports.clock.monotonic();
    if (stored.state === undefined) this.#dirtyRows.add('state');
  }

  #createWriter(stored: readonly OwnEntry[] | undefined): LedgerWriter {
    const { clock, log } = this.#ports;
    const append = { ...this.#options.ledger, lockWaitSeconds: LEDGER_LOCK_WAIT_S };
    return new LedgerWriter({ clock, log, append, changed: () => this.#dirtyRows.add('ledger') }, stored);
  }

  async start(): Promise<void> {
    await this.#governance.look();
    void this.#ledger.look();
  }

  apply(change: Change): void {
    if (this.#answers.apply(change)) this.#dirtyRows.add('state');
    if (change.event.at < this.#sinceAt) return;
    for (const fact of toolFacts(change, this.#ports, this.#options.roles)) this.#observe(fact);
  }

  tick(): void {
    if (this.#ports.isReplaced()) return;
    this.#isCaughtUp = true;
    const now = this.#ports.clock.now();
    const answers = this.#answers.complete(this.#ports.sessions, now);
    if (answers.length > 0) this.#dirtyRows.add('state');
    for (const answer of answers) this.#observe(answer);
    this.#observe({ type: 'time_passed', at: now });
    this.#look();
    this.#passOn();
  }

  /** What is safe goes to the ledger and to the operators. */
  #passOn(): void {
    if (!this.#isCaughtUp || this.#ports.isReplaced()) return;
    void this.#writer.write();
    void this.#tellNext();
  }

  #look(): void {
    const now = this.#ports.clock.monotonic();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    if (now - this.#verifiedAt >= REVERIFY_MS) {
      this.#verifiedAt = now;
      this.#ledger.distrust();
    }
    void this.#governance.look();
    void this.#ledger.look();
  }

  shiftClock(byMs: number): void {
    this.#observe({ type: 'clock_shifted', at: this.#ports.clock.now(), byMs });
  }

  #observe(fact: Fact): void {
    const context = this.#contextAt(fact.at);
    for (const rule of this.#rulesByName.values()) {
      const before = rule.state();
      const findings = rule.observe(fact, context);
      if (rule.state() !== before) this.#dirtyRows.add('state');
      for (const finding of findings) this.#take(finding);
    }
  }

  #contextAt(at: number): RuleContext {
    return {
      roles: this.#options.roles,
      order: this.#order,
      governance: this.#governance.at(at),
      missingAfterMs: this.#options.missingAfterMs,
      hasAudit: (names, fromAt, toAt) => this.#ledger.hasAudit(names, fromAt, toAt),
      auditKnownUntil: this.#ledger.knownUntil(),
      newestDeed: (conversation) => this.#newestDeed(at, (root) => conversationOf(root) === conversation),
    };
  }

  #newestDeed(at: number, isMeant: (root: Parameters<typeof conversationOf>[0]) => boolean) {
    const sessions = this.#ports.sessions;
    const newest = newestTurn(sessions, isMeant);
    return newest === undefined ? undefined : deedIn(sessions, this.#options.roles, newest.session, newest.turn, at);
  }

  /** A box line, a count, and the first time a ledger entry and perhaps a notice. */
  #take(found: Finding): void {
    // Agents choose their names and those of their tools: the sentence goes to the box, the ledger and the operators.
    const finding = { ...found, sentence: this.#ports.redact(found.sentence) };
    const { isNew } = this.#tally.add(finding);
    this.#dirtyRows.add('state');
    this.#ports.changed([finding.boxId]);
    if (!isNew) return;
    const { rule, finding: name, severity } = finding;
    this.#ports.log.info({ rule, finding: name, severity }, 'The coordinator found something.');
    this.#writer.owe(this.#entryOf(finding));
    if (this.#operators.note(finding)) this.#dirtyRows.add('operators');
  }

  #entryOf({ at, rule, finding, severity, sentence, sessionKey, conversation }: Finding): OwnEntry {
    const { redact } = this.#ports;
    const { mode, posture, role, sessionHash } = this.#governance.at(at) ?? this.#governance.facts().governance ?? UNKNOWN_STATE;
    return {
      at,
      action: this.#actionsByRule.get(rule) ?? rule,
      detail: redact(`${finding} (${severity}) in session ${sessionKey}, conversation ${conversation}: ${sentence}`),
      mode: redact(mode),
      posture,
      role: redact(role),
      sessionHash: sessionHash === null ? null : redact(sessionHash),
    };
  }

  /** Shown where an agent is at work; when none is, health alone says it. */
  #noteBreak({ kind, line }: Break): void {
    const deed = this.#newestDeed(this.#ports.clock.now(), ({ turn }) => turn.end === undefined);
    if (deed !== undefined) this.#observe({ type: 'ledger_broke', ...deed, how: kind, line });
  }

  async #tellNext(): Promise<void> {
    const { clock } = this.#ports;
    if (this.#isTelling || clock.monotonic() < this.#tellAt) return;
    const waiting = this.#operators.waiting();
    const notice = this.#operators.next(clock.now());
    if (this.#operators.waiting() !== waiting) this.#dirtyRows.add('operators');
    if (notice === undefined || !this.#safeNotices.has(notice.id)) return;
    this.#isTelling = true;
    const told = await this.#ports.tell(notice).finally(() => {
      this.#isTelling = false;
    });
    if (told === 'later') this.#tellAt = clock.monotonic() + TELL_RETRY_MS;
    else this.#dirtyRows.add('operators');
    this.#operators.settle(notice, told, clock.now());
  }

  violationsFor(boxId: string): string[] {
    return this.#tally.linesOf(boxId, 'violation');
  }

  noticesFor(boxId: string): string[] {
    return this.#tally.linesOf(boxId, 'notice');
  }

  badge(): string | undefined {
    const { governance, isRecoveryNeeded } = this.#governance.facts();
    const parts = [...(governance === undefined ? [] : [badgeOf(governance)]), ...(isRecoveryNeeded ? ['recovery needed'] : [])];
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  health(): CoordinatorHealth {
    return healthOf({
      findingsByRule: this.#tally.countsByRule(),
      rules: [...this.#rulesByName.keys()],
      governance: this.#governance.facts(),
      ledger: this.#ledger.condition(),
      chain: this.#ledger.facts(),
      writer: this.#writer.facts(),
      noticesWaiting: this.#operators.waiting(),
    });
  }

  rowsToStore(): StoredRow[] {
    return [...this.#dirtyRows].map((key) => this.#rowOf(key));
  }

  #rowOf(key: StoredRow['key']): StoredRow {
    switch (key) {
      case 'state':
        return { key, value: this.#state() };
      case 'ledger':
        return { key, value: this.#writer.stored() };
      case 'operators':
        return { key, value: this.#operators.stored() };
      default:
        return key satisfies never;
    }
  }

  #state(): StoredState {
    const statesByRule = Object.fromEntries([...this.#rulesByName].map(([name, rule]) => [name, rule.state()]));
    return { sinceAt: this.#sinceAt, statesByRule, answers: this.#answers.stored(), tally: this.#tally.stored() };
  }

  rowsStored(): void {
    this.#dirtyRows.clear();
    this.#writer.markSafe();
    this.#safeNotices = new Set(this.#operators.stored().queue.map(({ id }) => id));
    this.#passOn();
  }

  async stop(): Promise<void> {
    this.#governance.stop();
    const { clock } = this.#ports;
    await Promise.race([this.#writer.write(), new Promise<void>((resolve) => clock.after(LAST_WRITE_MS, resolve))]);
  }
}
