// How good the connection to a gateway is, in words for `/health`. Pure.

import type { SourceCondition } from '../health/health-report.ts';
import { lacksScope } from '../sources/openclaw/gateway/questions.ts';
import type { GatewayHealth } from '../sources/openclaw/gateway/source.ts';
import type { Refusal } from '../sources/openclaw/gateway/wire.ts';

/** What a refused question, a missing method or a missing connection means for what can be seen, with the cure. */
export function gatewayCondition({ state, missingMethods, refusals }: GatewayHealth): SourceCondition {
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
  const words = refusals.map(([method, { message }]) => `${method}: "${message}"`).join('; ');
  if (refusals.some(([, refusal]) => lacksScope(refusal)))
    return { state: 'unreadable', because: `the gateway ${version} refuses ${words}; give this device the scope operator.read` };
  if (refusals.length > 0) return { state: 'impaired', because: `the gateway ${version} refuses ${words}; ${OTHER_WAY}` };
  if (missing.length === 0) return { state: 'readable' };
  return { state: 'impaired', because: `${olderWords(version, missing)}; ${OTHER_WAY}` };
}

/** What cannot be known through a gateway that tells only that runs begin, speak and end. */
function olderWords(version: string, missing: readonly string[]): string {
  const older = `the gateway ${version} is an older one and does not have ${missing.join(', ')}`;
  return missing.includes('sessions.subscribe') ? `${older}: it tells nothing of tools, of sub-agents and of /stop` : older;
}
