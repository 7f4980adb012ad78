// Decides whether the page is served, and says why not. Pure but for the look at the accounts of this machine.

import type { Config } from '../config/config.ts';
import { isLoopback } from '../core/loopback.ts';
import { otherPeople } from '../process/other-people.ts';

/** `because` is a sentence for people. */
export type PageOffer = { readonly isOn: true } | { readonly isOn: false; readonly because: string };

type PageSettings = Pick<Config, 'page' | 'healthPort' | 'healthHost' | 'healthToken'>;

/** On loopback without a token everybody who can log in on the machine could read it. */
export function pageOffer({ page, healthPort, healthHost, healthToken }: PageSettings, others = otherPeople): PageOffer {
  if (healthPort === 0) return { isOn: false, because: 'HEALTH_PORT=0' };
  if (page === 'off') return { isOn: false, because: 'PAGE=off' };
  if (page === 'on' || healthToken !== undefined || !isLoopback(healthHost)) return { isOn: true };
  const names = others();
  if (names?.length === 0) return { isOn: true };
  const who = names === undefined ? 'it is not known who else can log in here' : `${listOf(names)} can log in here, too`;
  return { isOn: false, because: `${who}; set HEALTH_TOKEN, or PAGE=on if all of them may see it` };
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(' and ');
}
