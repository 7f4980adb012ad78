// How good the connection to a gateway is, in words for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../../core/source.ts';
import { lacksScope } from './compatible-requests.ts';
import type { GatewayState } from './connection-state.ts';
import type { Refusal } from './wire.ts';

/** What is known of the connection and of what came over it. */
export interface GatewayDetails {
  state: GatewayState;
  /** By our wall clock; undefined before the first. */
  lastFrameAt: number | undefined;
  lastEventAt: number | undefined;
  frames: number;
  /** Frames that are none, or too large to be read. */
  garbage: number;
  gaps: number;
  reconnects: number;
  unknownKinds: Record<string, number>;
  /** Methods that this gateway does not have: less is seen through it. */
  missingMethods: string[];
  /** What it answers to questions that it takes in no form, by method. */
  refusals: Record<string, Refusal>;
  openRuns: number;
}

/** The health of a gateway of which this is known. */
export function healthOf(details: GatewayDetails): SourceHealth {
  const { state, garbage, gaps, reconnects, lastEventAt, unknownKinds } = details;
  const counted = Object.entries({ garbage, gaps, reconnects }).filter(([, count]) => count > 0);
  const wasRead = state.state === 'connected';
  return { condition: conditionOf(details), wasRead, lastEventAt, unknownKinds, problems: Object.fromEntries(counted) };
}

/** What a refused question, a missing method or a missing connection means for what can be seen, with the cure. */
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

/** What cannot be known through a gateway that tells only that runs begin, speak and end. */
function describeOlder(version: string, missing: readonly string[]): string {
  const older = `the gateway ${version} is an older one and does not have ${missing.join(', ')}`;
  return missing.includes('sessions.subscribe') ? `${older}: it tells nothing of tools, of sub-agents and of /stop` : older;
}
