// Knows which gateways of the fleet are heard of, and since when the others are silent. Knows neither the bus nor boxes.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { GatewayHealth } from '../core/source.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import type { GatewayPresence } from './gateway-presence.ts';

export interface SilencePorts {
  clock: Clock;
  log: Logger;
  /** Nothing has been heard of that gateway since that instant. */
  onSilent(gateway: string, since: number): void;
  /** It is heard again, and has had time to say what is new. */
  onHeard(gateway: string): void;
}

interface Entry {
  /** By our clocks. */
  heardAt: number;
  heardMonotonic: number;
  presence?: GatewayPresence;
  /** Whether its boxes say so. */
  isSilent: boolean;
  isStopped: boolean;
}

/** It says every ten seconds that it is there. */
export const SILENT_AFTER_MS = 30_000;
const SETTLES_MS = 3_000; // whoever comes back tells all its boxes at once
const LOOK_MS = 1_000;
const MOST_AGO_MS = 7 * 86_400_000; // the bus keeps nothing longer; what says it is older is no clock
const MAX_GATEWAYS = 10_000;

export class GatewaySilence {
  readonly #ports: SilencePorts;
  readonly #timers: Timers<'look'>;
  readonly #repeats: RepeatLog;
  readonly #entriesByName = new Map<string, Entry>();

  constructor(ports: SilencePorts) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
    this.#repeats = createRepeatLog(ports.log, ports.clock);
  }

  /** All that is known at the start was read: whoever was silent before is silent now. */
  start(): void {
    this.#look();
    this.#timers.repeat(
      'look',
      () => LOOK_MS,
      async () => this.#look(),
    );
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
  }

  /** Something came from it, which it may have said some time ago. */
  heard(gateway: string, saidAt = this.#ports.clock.now()): void {
    const { clock } = this.#ports;
    const agoMs = Math.min(MOST_AGO_MS, Math.max(0, clock.now() - saidAt));
    const entry = this.#entryOf(gateway);
    if (entry === undefined || clock.monotonic() - agoMs < entry.heardMonotonic) return;
    Object.assign(entry, { heardAt: clock.now() - agoMs, heardMonotonic: clock.monotonic() - agoMs, isStopped: false });
  }

  /** It says of itself that it is there, or that somebody stops it, which is no silence when all its boxes say so. */
  present(gateway: string, presence: GatewayPresence): void {
    this.heard(gateway);
    const entry = this.#entriesByName.get(gateway);
    if (isOlder(presence, entry?.presence))
      this.#repeats.failed('twins', { gateway }, 'Two watchers of the fleet have the same GATEWAY_ID; give each machine its own.');
    if (entry !== undefined) Object.assign(entry, { presence, isStopped: presence.stopped === true && presence.waiting === 0 });
  }

  /** By name. */
  gateways(): GatewayHealth[] {
    const known = [...this.#entriesByName].map(([gateway, { presence, isSilent, isStopped, heardAt }]) => ({
      gateway,
      ...(presence === undefined ? {} : { version: presence.version, boxes: presence.boxes }),
      ...(isSilent ? { silentSince: heardAt } : {}),
      ...(isStopped ? { stopped: true as const } : {}),
    }));
    return known.toSorted((one, other) => (one.gateway < other.gateway ? -1 : 1));
  }

  #entryOf(gateway: string): Entry | undefined {
    const known = this.#entriesByName.get(gateway);
    if (known !== undefined || this.#entriesByName.size >= MAX_GATEWAYS) return known;
    const never = { heardAt: Number.NEGATIVE_INFINITY, heardMonotonic: Number.NEGATIVE_INFINITY };
    const entry = { ...never, isSilent: false, isStopped: false };
    this.#entriesByName.set(gateway, entry);
    return entry;
  }

  #look(): void {
    for (const [gateway, entry] of this.#entriesByName) {
      const quietMs = this.#ports.clock.monotonic() - entry.heardMonotonic;
      if (!entry.isSilent && !entry.isStopped && quietMs >= SILENT_AFTER_MS) this.#fallSilent(gateway, entry);
      else if (entry.isSilent && quietMs < SILENT_AFTER_MS) this.#return(gateway, entry);
    }
  }

  #fallSilent(gateway: string, entry: Entry): void {
    entry.isSilent = true;
    const { log, onSilent } = this.#ports;
    log.warn({ gateway, since: new Date(entry.heardAt).toISOString() }, 'A gateway of the fleet is silent; its boxes say since when.');
    onSilent(gateway, entry.heardAt);
  }

  #return(gateway: string, entry: Entry): void {
    entry.isSilent = false;
    this.#ports.log.info({ gateway }, 'A gateway of the fleet is heard again.');
    this.#timers.after(SETTLES_MS, () => {
      if (!entry.isSilent) this.#ports.onHeard(gateway);
    });
  }
}

/** A watcher that is started anew counts from later on, also when its clock was set back. */
function isOlder({ epoch }: GatewayPresence, before: GatewayPresence | undefined): boolean {
  return epoch !== undefined && before?.epoch !== undefined && epoch < before.epoch && before.stopped !== true;
}
