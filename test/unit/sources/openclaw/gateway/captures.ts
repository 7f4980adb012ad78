// The recorded frames as they lie in the fixtures.

import { readdirSync, readFileSync } from 'node:fs';

export interface Frame {
  type: string;
  id?: string;
  method?: string;
  params?: Record<string, unknown>;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: unknown;
  seq?: number;
  code?: number;
  reason?: string;
}

/** One line of a capture: a frame with the time at which it was recorded, in milliseconds since the epoch. */
export interface Line {
  t: number;
  conn?: string;
  dir: 'in' | 'out' | 'close';
  /** Frames before this one that took a number and were never sent to a reading client. */
  missed?: number;
  frame: Frame;
}

const FIXTURES = new URL('../../../../fixtures/', import.meta.url);
const OF_9_6 = 'openclaw-2026.9.6/';

/** The lines of a file below the fixtures. Elided frames have none. */
export function readLines(path: string): (Line & { elided?: unknown })[] {
  const lines = readFileSync(new URL(path, FIXTURES), 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
}

/** The names of all captures of 2026.9.6, without their ending. */
export function captureNames(): string[] {
  return readdirSync(new URL(OF_9_6, FIXTURES))
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => name.replace(/\.ndjson$/, ''));
}

/**
 * The frames of a capture of 2026.9.6 by connection, in the order the connections were opened. Elided frames are left out; where whole
 * turns are, so are the events before them, for the first of the turns would never end.
 */
export function readCapture(name: string): Map<string, Line[]> {
  const byConnection = new Map<string, Line[]>();
  for (const { elided, conn = '', ...line } of readLines(`${OF_9_6}${name}.ndjson`)) {
    const before = byConnection.get(conn) ?? [];
    if (typeof elided === 'string') byConnection.set(conn, before.filter(isNoEvent));
    if (elided === undefined) byConnection.set(conn, [...before, line]);
  }
  return byConnection;
}

function isNoEvent({ frame }: Line): boolean {
  return frame.type !== 'event' || frame.event === 'connect.challenge';
}
