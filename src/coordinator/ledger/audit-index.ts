// Keeps for a day when each agent wrote into the ledger.

const KEPT_MS = 24 * 3_600_000; // no turn lasts longer
const KEPT_PER_AGENT = 2_000;

export class AuditIndex {
  readonly #instantsByAgent = new Map<string, number[]>();

  /** Adds an entry, unless it is more than a day older than `now`. */
  add(agent: string, at: number, now: number): void {
    if (now - at > KEPT_MS) return;
    const name = agent.trim().toLowerCase();
    const instants = this.#instantsByAgent.get(name) ?? [];
    instants.push(at);
    if (instants.length > KEPT_PER_AGENT) instants.shift();
    this.#instantsByAgent.set(name, instants);
  }

  /** Whether one of these names (lower case) has an entry between the two instants, both included. */
  has(names: readonly string[], fromAt: number, toAt: number): boolean {
    return names.some((name) => this.#instantsByAgent.get(name)?.some((at) => at >= fromAt && at <= toAt) === true);
  }

  forget(): void {
    this.#instantsByAgent.clear();
  }
}
