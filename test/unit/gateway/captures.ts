// The recorded frames as they lie in the fixtures.

import { readdirSync, readFileSync } from 'node:fs';

export interface RecordedFrame {
  type: string;
  id?: string;
  method?: string;
  params?: Record<string, unknown>;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  seq?: number;
  code?: number;
  reason?: string;
}

export interface Recorded {
  t: number;
  conn: string;
  dir: 'in' | 'out' | 'close';
  frame: RecordedFrame;
}

const FOLDER = new URL('../../fixtures/openclaw-2026.9.6/', import.meta.url);

/** The names of all captures, without their ending. */
export function captureNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => name.replace(/\.ndjson$/, ''));
}

/**
 * The frames of a capture by connection, in the order the connections were opened. Elided frames are left out; where whole turns
 * are, so are the events before them, for the first of the turns would never end.
 */
export function readCapture(name: string): Map<string, Recorded[]> {
  const lines = readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8').split('\n');
  const byConnection = new Map<string, Recorded[]>();
  for (const line of lines) {
    if (line === '') continue;
    const recorded = JSON.parse(line) as Recorded & { elided?: unknown };
    const before = byConnection.get(recorded.conn) ?? [];
    if (typeof recorded.elided === 'string') byConnection.set(recorded.conn, before.filter(isNoEvent));
    if (recorded.elided === undefined) byConnection.set(recorded.conn, [...before, recorded]);
  }
  return byConnection;
}

function isNoEvent({ frame }: Recorded): boolean {
  return frame.type !== 'event' || frame.event === 'connect.challenge';
}
