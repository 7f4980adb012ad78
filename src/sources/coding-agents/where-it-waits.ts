// Says in words where a program waits for a person. Pure.

/** What is known and may be shown of that place. */
export interface WaitingPlace {
  /** Such as `pts/3`. */
  terminal?: string | undefined;
  host?: string | undefined;
  /** What the person called the session. */
  session?: string | undefined;
}

/** `whoever is at its terminal, pts/3 on devbox, session fix-login`. */
export function whereItWaits({ terminal, host, session }: WaitingPlace): string {
  const on = host === undefined ? '' : `on ${host}`;
  const place = [terminal ?? '', on].filter((part) => part !== '').join(' ');
  return ['whoever is at its terminal', place, session === undefined ? '' : `session ${session}`].filter((part) => part !== '').join(', ');
}
