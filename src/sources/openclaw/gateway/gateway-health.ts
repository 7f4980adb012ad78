// Describes the connection to a gateway for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../../core/source.ts';
import { lacksScope } from './compatible-requests.ts';
import type { GatewayState } from './connection-state.ts';
import type { Refusal } from './wire.ts';

/** State and counts of the connection. */
export interface GatewayDetails {
  state: GatewayState;
  /** By our wall clock; undefined before the first. */
  lastFrameAt: number | undefined;
  lastEventAt: number | undefined;
  frames: number;
  /** Texts that are no frames, and frames too large to read. */
  garbage: number;
  gaps: number;
  reconnects: number;
  unknownKinds: Record<string, number>;
  /** Methods that this gateway does not have: it shows us less. */
  missingMethods: string[];
  /** Its refusals of requests that it takes in no form, by method. */
  refusals: Record<string, Refusal>;
  openRuns: number;
}

/** The health of the source, from the details of its connection. */
export function healthOf(details: GatewayDetails): SourceHealth {
  const { state, garbage, gaps, reconnects, lastEventAt, unknownKinds } = details;
  const counted = Object.entries({ garbage, gaps, reconnects }).filter(([, count]) => count > 0);
  const wasRead = state.state === 'connected';
  return { condition: conditionOf(details), wasRead, lastEventAt, unknownKinds, problems: Object.fromEntries(counted) };
}

/** Says what we cannot see after a refusal, a missing method or a lost connection, and names the cure. */
function conditionOf({ state, missingMethods, refusals }: GatewayDetails): SourceCondition {
  switch (state.state) {
    case 'connected':
      return connectedCondition(state.version, missingMethods, Object.entries(refusals));
    case 'starting':
      return { state: 'impaired', because: state.because };
    case 'blind':
    case 'auth':
    case 'pairing':
    case 'protocol':
    case 'unreachable':
      return { state: 'unreadable', because: state.because };
    case 'connecting':
    case 'stopped':
      return { state: 'unknown' };
    default:
      return state satisfies never;
  }
}

const OTHER_WAY = 'let live-status read the transcripts as well (TRANSCRIPT_DIR), or update OpenClaw';

function connectedCondition(version: string, missing: readonly string[], refusals: readonly [string, Refusal][]): SourceCondition {
  const refused = refusals.map(([method, { message }]) => `${method}: "${message}"`).join('; ');
  if (refusals.some(([, refusal]) => lacksScope(refusal)))
    return { state: 'unreadable', because: `the gateway ${version} refuses ${refused}; give this device the scope operator.read` };
  if (refusals.length > 0) return { state: 'impaired', because: `the gateway ${version} refuses ${refused}; ${OTHER_WAY}` };
  if (missing.length === 0) return { state: 'readable' };
  return { state: 'impaired', because: `${describeOlder(version, missing)}; ${OTHER_WAY}` };
}

/** Says what a gateway hides that sends only how runs begin, write and end. */
function describeOlder(version: string, missing: readonly string[]): string {
  const older = `the gateway ${version} is an older one and does not have ${missing.join(', ')}`;
  return missing.includes('sessions.subscribe') ? `${older}: it sends nothing about tools, sub-agents and /stop` : older;
}
