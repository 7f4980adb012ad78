// Plays what was recorded of one turn to the real source, and keeps what it says.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Line, readLines } from '../sources/openclaw/gateway/captures.ts';
import { play, type Played } from '../sources/openclaw/gateway/play-capture.ts';
import { asRecorded } from '../sources/openclaw/gateway/recorded-answers.ts';

/** What a box had to say, without times and figures, as the harness knew it from the model and the tools. */
export interface TrueBox {
  title: string;
  lines: string[];
}

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const AFTER_MS = 20_000; // a gateway that is gone is given up after ten seconds

/** The versions of which frames of the seven turns were recorded. */
export function recordedVersions(): string[] {
  return readdirSync(FIXTURES)
    .filter((name) => existsSync(new URL(`${name}/frames`, FIXTURES)))
    .map((name) => name.replace('openclaw-', ''))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export function scenesOf(version: string): string[] {
  return readdirSync(new URL(`openclaw-${version}/frames/`, FIXTURES)).map((name) => name.replace('.ndjson', ''));
}

export function truthOf(version: string, scene: string): TrueBox[] {
  const truth = JSON.parse(readFileSync(new URL(`openclaw-${version}/truth.json`, FIXTURES), 'utf8')) as Record<string, TrueBox[]>;
  return truth[scene] ?? [];
}

export function framesOf(version: string, scene: string): Line[] {
  return readLines(`openclaw-${version}/frames/${scene}.ndjson`);
}

export function playFrames(lines: readonly Line[]): Promise<Played> {
  return play([lines], { answers: asRecorded, afterMs: AFTER_MS });
}
