// Decodes the common part of a frame that belongs to a run. Pure.
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { Runs } from './runs.ts';

/** A frame that belongs to a run, with what its payload has in common with all others. */
export interface RunFrame {
  rawKey: string;
  runId: string;
  at: number;
  seq: number | undefined;
  isHeartbeat: boolean;
  data: JsonRecord;
}

/** What `agent`, `session.tool` and `chat` payloads have in common. The session's key is missing on some frames of old gateways. */
export function runFrameOf(payload: JsonRecord, runs: Runs, now: number): RunFrame | undefined {
  const runId = asText(payload['runId'])?.slice(0, 512);
  if (runId === undefined) return undefined;
  const rawKey = asText(payload['sessionKey']) ?? runs.run(runId)?.rawKey;
  if (rawKey === undefined) return undefined;
  const message = asRecord(payload['message']);
  return {
    rawKey,
    runId,
    at: asNumber(payload['ts']) ?? asNumber(message?.['timestamp']) ?? now,
    seq: asNumber(payload['seq']),
    isHeartbeat: payload['isHeartbeat'] === true,
    data: asRecord(payload['data']) ?? {},
  };
}
