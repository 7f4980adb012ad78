// Decodes a sub-agent's `meta.json`. Pure.

import { asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { keyPart, plainId } from '../coding-agents/plain-id.ts';
import type { AgentMeta } from './agent-links.ts';

/** `undefined` for what is no object. */
export function decodeAgentMeta(text: string): AgentMeta | undefined {
  const raw = asRecord(parseJson(text));
  if (raw === undefined) return undefined;
  const [agentType, toolUseId, parentAgentId] = [asText(raw['agentType']), plainId(raw['toolUseId']), keyPart(raw['parentAgentId'])];
  return {
    ...(agentType === undefined ? {} : { agentType }),
    ...(toolUseId === undefined ? {} : { toolUseId }),
    ...(parentAgentId === undefined ? {} : { parentAgentId }),
    isFinished: raw['finished'] === true,
    wasStopped: raw['stoppedByUser'] === true,
  };
}
