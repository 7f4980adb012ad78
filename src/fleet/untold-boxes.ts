// Knows which turns are said to run by a record that their gateway would not write again: it was started anew, has told all that it knows, and
// they are not among it. So they do not run: a gateway tells every turn that does.

import { toldName } from '../core/told-name.ts';
import type { GatewayPresence } from './gateway-presence.ts';
import { type TurnRecord, turnOf } from './turn-record.ts';

/** A turn by its names in the fold of a publisher. */
export interface UntoldBox {
  readonly gateway: string;
  readonly boxId: string;
  readonly sessionKey: string;
}

export class UntoldBoxes {
  /** Of the turns that are said to run, by box. */
  readonly #openByBox = new Map<string, { gateway: string; epoch: number; sessionKey: string }>();
  readonly #epochByGateway = new Map<string, number>();

  /** Takes the newest record of a box. */
  note(record: TurnRecord): void {
    const { gateway, epoch, sessions } = record;
    const turn = turnOf(record);
    if (turn === undefined) return;
    const boxId = toldName(turn.boxId, gateway);
    if (turn.end !== undefined || turn.interruptedAt !== undefined) this.#openByBox.delete(boxId);
    else this.#openByBox.set(boxId, { gateway, epoch, sessionKey: toldName(sessions[0].key, gateway) });
  }

  /** Returns the turn if it was said to run. */
  forget(boxId: string): UntoldBox | undefined {
    const open = this.#openByBox.get(boxId);
    this.#openByBox.delete(boxId);
    return open === undefined ? undefined : { gateway: open.gateway, boxId, sessionKey: open.sessionKey };
  }

  /** The turns that the gateway knows no more, each once. It must say so twice: what it told may be on its way. */
  untold(gateway: string, { epoch, waiting }: GatewayPresence): UntoldBox[] {
    if (epoch === undefined || waiting > 0) return [];
    const isSaidAgain = this.#epochByGateway.get(gateway) === epoch;
    this.#epochByGateway.set(gateway, epoch);
    if (!isSaidAgain) return [];
    const untold = [...this.#openByBox].filter(([, open]) => open.gateway === gateway && open.epoch < epoch);
    for (const [boxId] of untold) this.#openByBox.delete(boxId);
    return untold.map(([boxId, { sessionKey }]) => ({ gateway, boxId, sessionKey }));
  }
}
