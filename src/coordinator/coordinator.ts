// Watches agents: gives observations to the rules, and their findings to the boxes, the operators and the ledger.

import type { Change } from '../core/fold.ts';
import { wait } from '../core/wait.ts';
import { Answers } from './answers.ts';
import type { Coordinator, CoordinatorOptions, CoordinatorPorts } from './contract.ts';
import { conversationOf, actorIn, newestTurn } from './actor.ts';
import { GovernanceWatch } from './governance-watch.ts';
import type { Break } from './ledger/chain.ts';
import type { OwnEntry } from './ledger/entry.ts';
import { LedgerFollower } from './ledger/ledger-follower.ts';
import { LedgerWriter } from './ledger/ledger-writer.ts';
import { Decisions, type Decided, DECISION_ACTION, sentenceOf } from './decisions.ts';
import { OperatorAlerts } from './operator-alerts.ts';
import { type CoordinatorHealth, healthOf } from './coordinator-health.ts';
import type { Observation } from './rules/observation.ts';
import { badgeOf } from './rules/governance.ts';
import { orderOf, type Role } from './rules/role.ts';
import { type Finding, type RuleContext, type RunningRule, type Severity, severityName } from './rules/rule.ts';
import { decodeStored, type StoredRow, type StoredState } from './stored-rows.ts';
import { FindingCounts } from './finding-counts.ts';
import { toolObservations } from './tool-observations.ts';
import { turnObservations } from './turn-observations.ts';

const LEDGER_LOCK_WAIT_S = 5;
const READ_MS = 1_000; // what file events miss is read after this time; the audit rule waits for five seconds
const REVERIFY_MS = 3_600_000; // an old line altered without a trace in size and time is found after this time
const ALERT_RETRY_MS = 5_000;
const SENTENCES: Readonly<Record<Severity, string>> = { violation: 'Rule violated.', remark: 'Rule made a remark.' };
const UNKNOWN_STATE = { mode: 'unknown', posture: 'unknown', role: 'unknown', sessionHash: null };
const LAST_WRITE_MS = 1_000; // entries that are not written by then are written at the next start

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
  readonly #counts: FindingCounts;
  readonly #alerts: OperatorAlerts;
  readonly #decisions: Decisions;
  readonly #writer: LedgerWriter;
  readonly #governance: GovernanceWatch;
  readonly #ledger: LedgerFollower;
  readonly #sinceAt: number;
  readonly #dirtyRows = new Set<StoredRow['key']>();
  #isCaughtUp = false;
  #isPosting = false;
  #postAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
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
    this.#counts = new FindingCounts(stored.state?.tally);
    const { operators: people, hasChannel, alertsPerHour: perHour } = options;
    const changed = (): void => void this.#dirtyRows.add('operators');
    this.#alerts = new OperatorAlerts({ people, hasChannel, perHour, changed }, stored.operators);
    this.#decisions = new Decisions(stored.decisions);
    this.#writer = this.#createWriter(stored.ledger);
    this.#governance = new GovernanceWatch(options.governanceDir, () => ports.changed('all'));
    this.#ledger = new LedgerFollower({ path: options.ledger.path, clock: ports.clock, onBreak: (broke) => this.#observeBreak(broke) });
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
    if (this.#decisions.apply(change, this.#ports.sessions, this.#ports.clock.now())) this.#dirtyRows.add('decisions');
    const { roles } = this.#options;
    for (const observation of toolObservations(change, this.#ports, roles)) this.#observe(observation);
    for (const observation of turnObservations(change, this.#ports.sessions, roles)) this.#observe(observation);
  }

  tick(): void {
    if (this.#ports.isReplaced()) return;
    this.#isCaughtUp = true;
    const now = this.#ports.clock.now();
    const answers = this.#answers.complete(this.#ports.sessions, now);
    if (answers.length > 0) this.#dirtyRows.add('state');
    for (const answer of answers) this.#observe(answer);
    this.#observe({ type: 'time_passed', at: now });
    for (const decided of this.#decisions.takeDue(now)) this.#recordDecision(decided);
    this.#readFiles();
    this.#writeAndAlert();
  }

  /** Sends stored findings to the ledger and to the operators. */
  #writeAndAlert(): void {
    if (!this.#isCaughtUp || this.#ports.isReplaced()) return;
    void this.#writer.write();
    void this.#postNextAlert();
  }

  #readFiles(): void {
    const now = this.#ports.clock.monotonic();
    if (now - this.#readAt < READ_MS) return;
    this.#readAt = now;
    if (now - this.#verifiedAt >= REVERIFY_MS) {
      this.#verifiedAt = now;
      this.#ledger.readAllAgain();
    }
    void this.#governance.look();
    void this.#ledger.look();
  }

  shiftClock(byMs: number): void {
    this.#observe({ type: 'clock_shifted', at: this.#ports.clock.now(), byMs });
  }

  #observe(observation: Observation): void {
    const context = this.#contextAt(observation.at);
    for (const rule of this.#rulesByName.values()) {
      const before = rule.state();
      const findings = rule.observe(observation, context);
      if (rule.state() !== before) this.#dirtyRows.add('state');
      for (const finding of findings) this.#record(finding);
    }
  }

  #contextAt(at: number): RuleContext {
    return {
      roles: this.#options.roles,
      order: this.#order,
      governance: this.#governance.at(at),
      missingAfterMs: this.#options.missingAfterMs,
      limits: this.#options.ruleLimits,
      hasAudit: (names, fromAt, toAt) => this.#ledger.hasAudit(names, fromAt, toAt),
      auditKnownUntil: this.#ledger.knownUntil(),
      newestActor: (conversation) => this.#newestActor(at, (root) => conversationOf(root) === conversation),
    };
  }

  #newestActor(at: number, isMeant: (root: Parameters<typeof conversationOf>[0]) => boolean) {
    const sessions = this.#ports.sessions;
    const newest = newestTurn(sessions, isMeant);
    return newest === undefined ? undefined : actorIn(sessions, this.#options.roles, newest.session, newest.turn, at);
  }

  /** Makes a finding a line of a box and counts it; the first of its kind also becomes a ledger entry and perhaps an alert. */
  #record(found: Finding): void {
    // Agents choose their names and those of their tools: the sentence goes to the box, the ledger and the operators.
    const finding = { ...found, sentence: this.#ports.redact(found.sentence) };
    const { isNew } = this.#counts.add(finding);
    this.#dirtyRows.add('state');
    this.#ports.changed([finding.boxId]);
    if (!isNew) return;
    const { rule, finding: name, severity } = finding;
    this.#ports.log.info({ rule, finding: name, severity: severityName(severity) }, SENTENCES[severity]);
    this.#writer.add(this.#entryOf(finding));
    this.#alerts.add(finding);
  }

  #recordDecision(decided: Decided): void {
    this.#dirtyRows.add('decisions');
    this.#writer.add(this.#entry(decided.at, DECISION_ACTION, sentenceOf(decided)));
  }

  #entryOf({ at, rule, finding, severity, sentence, sessionKey, conversation }: Finding): OwnEntry {
    const detail = `${finding} (${severityName(severity)}) in session ${sessionKey}, conversation ${conversation}: ${sentence}`;
    return this.#entry(at, this.#actionsByRule.get(rule) ?? rule, detail);
  }

  #entry(at: number, action: string, detail: string): OwnEntry {
    const { redact } = this.#ports;
    const { mode, posture, role, sessionHash } = this.#governance.at(at) ?? this.#governance.facts().governance ?? UNKNOWN_STATE;
    return {
      at,
      action,
      detail: redact(detail),
      mode: redact(mode),
      posture,
      role: redact(role),
      sessionHash: sessionHash === null ? null : redact(sessionHash),
    };
  }

  /** A break is shown where an agent is at work. When none is, only health reports it. */
  #observeBreak({ kind, line }: Break): void {
    const actor = this.#newestActor(this.#ports.clock.now(), ({ turn }) => turn.end === undefined);
    if (actor !== undefined) this.#observe({ type: 'ledger_broke', ...actor, how: kind, line });
  }

  async #postNextAlert(): Promise<void> {
    const { clock } = this.#ports;
    if (this.#isPosting || clock.monotonic() < this.#postAt) return;
    const alert = this.#alerts.next(clock.now());
    if (alert === undefined) return;
    this.#isPosting = true;
    const outcome = await this.#ports.postAlert(alert).finally(() => {
      this.#isPosting = false;
    });
    if (outcome === 'later') this.#postAt = clock.monotonic() + ALERT_RETRY_MS;
    this.#alerts.settle(alert, outcome, clock.now());
  }

  violationsFor(boxId: string): string[] {
    return this.#counts.linesOf(boxId, 'violation');
  }

  remarksFor(boxId: string): string[] {
    return this.#counts.linesOf(boxId, 'remark');
  }

  isLooping(boxId: string): boolean {
    return this.#counts.has(boxId, 'loop');
  }

  badge(): string | undefined {
    const { governance, isRecoveryNeeded } = this.#governance.facts();
    const parts = [...(governance === undefined ? [] : [badgeOf(governance)]), ...(isRecoveryNeeded ? ['recovery needed'] : [])];
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  health(): CoordinatorHealth {
    return healthOf({
      findingsByRule: this.#counts.countsByRule(),
      rules: [...this.#rulesByName.keys()],
      governance: this.#governance.facts(),
      ledger: this.#ledger.condition(),
      chain: this.#ledger.facts(),
      writer: this.#writer.facts(),
      alertsWaiting: this.#alerts.waiting(),
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
        return { key, value: this.#alerts.stored() };
      case 'decisions':
        return { key, value: this.#decisions.stored() };
      default:
        return key satisfies never;
    }
  }

  #state(): StoredState {
    const statesByRule = Object.fromEntries([...this.#rulesByName].map(([name, rule]) => [name, rule.state()]));
    return { sinceAt: this.#sinceAt, statesByRule, answers: this.#answers.stored(), tally: this.#counts.stored() };
  }

  rowsStored(): void {
    this.#dirtyRows.clear();
    this.#writer.markSafe();
    this.#alerts.markSafe();
    this.#writeAndAlert();
  }

  async stop(): Promise<void> {
    this.#governance.stop();
    const { clock } = this.#ports;
    await Promise.race([this.#writer.write(), wait(clock, LAST_WRITE_MS)]);
  }
}
