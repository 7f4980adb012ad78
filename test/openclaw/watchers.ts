// Which watchers look at a version side by side. Pure.

import type { WatcherPlan } from './gateway-rig.ts';
import type { OpenClawVersion } from './versions.ts';

const OWN = { DIRECT: 'own' };
const FILES: WatcherPlan = { name: 'files', sources: 'files', env: OWN };
const GATEWAY: WatcherPlan = { name: 'gateway', sources: 'gateway', env: { BOX_STYLE: 'message', ...OWN } };
const BOTH: WatcherPlan = { name: 'both', sources: 'both' };
/** By OpenClaw's own configuration, without a word from us. */
const FOUND: WatcherPlan = { name: 'found', sources: 'found' };

/** Their parts bring their own. */
const ALONE: ReadonlySet<string> = new Set(['hook', 'answers']);

/** None where every part brings its own. Files, gateway and both where there are files; else the gateway, for more than the seven turns also as one that was found. */
export function watchersOf({ transcripts }: OpenClawVersion, parts: readonly string[]): readonly WatcherPlan[] {
  if (parts.every((part) => ALONE.has(part))) return [];
  if (transcripts === 'files') return [FILES, GATEWAY, BOTH];
  return parts.every((part) => part === 'seven') ? [GATEWAY] : [GATEWAY, FOUND];
}
