// Decodes the governance state file, and names the state for a title.

import { isRecord } from '../../core/json-guards.ts';

export const POSTURES = ['scout', 'defense', 'offense'] as const;

export type Posture = (typeof POSTURES)[number];

/** The state in effect. Names are in lower case, blanks are dashes: `High Security` and `high-security` are one mode. */
export interface Governance {
  mode: string;
  posture: Posture;
  /** The role that the state names; `broadcast` suspends the sequence. */
  role: string;
  sessionHash: string | null;
}

/** The mode that forbids to send anything out of the machine unless a person approved it. */
export const GUARDED_MODE = 'high-security';
export const BROADCAST = 'broadcast';

const MAX_NAME_CHARS = 40;
const NAME = /^[a-z][a-z0-9-]*$/;

/** Decodes a parsed `state.json`, or says what is wrong with it. */
export function decodeGovernance(value: unknown): { governance: Governance } | { wrong: string } {
  if (!isRecord(value)) return { wrong: 'it is not a JSON object' };
  const { mode, posture, role, session_hash: sessionHash } = value;
  const modeName = nameOf(mode);
  if (modeName === undefined) return { wrong: 'its mode is missing or no name' };
  const postureName = POSTURES.find((known) => known === nameOf(posture));
  if (postureName === undefined) return { wrong: `its posture is none of ${POSTURES.join(', ')}` };
  return {
    governance: {
      mode: modeName,
      posture: postureName,
      role: nameOf(role) ?? 'unknown',
      sessionHash: typeof sessionHash === 'string' ? sessionHash : null,
    },
  };
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  return name.length <= MAX_NAME_CHARS && NAME.test(name) ? name : undefined;
}

/** For a title: `high-security/defense`. */
export function badgeOf({ mode, posture }: Governance): string {
  return `${mode}/${posture}`;
}
