// The events of everything that was recorded of agents, and what rules get of them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Observation } from '../../../src/coordinator/rules/observation.ts';
import type { Role } from '../../../src/coordinator/rules/role.ts';
import { toolObservations } from '../../../src/coordinator/tool-observations.ts';
import { turnObservations } from '../../../src/coordinator/turn-observations.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { NOTHING_VISIBLE } from '../../../src/core/source.ts';
import { createRolloutDecoder } from '../../../src/sources/codex/rollout-decoder.ts';
import { entriesOf } from '../../../src/sources/codex/rollout-line.ts';
import { sessionEvents } from '../../../src/sources/codex/session-events.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { createPiHome } from '../../../src/sources/pi/pi-home.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import { tempFolder, tempFolderInMemory } from '../../support/temp-folder.ts';
import { Recording, scenariosOf, VERSIONS } from '../sources/claude-code/recording.ts';
import { clockAt, watch } from '../sources/claude-code/watching.ts';
import { recordingsOf } from '../sources/coding-agents/recording.ts';
import { newMemory, portsFor, started } from '../sources/coding-agents/running.ts';
import { recordings, VERSIONS as OPENCLAW_VERSIONS } from '../sources/openclaw/decoding/recordings.ts';
import { captureNames } from '../sources/openclaw/gateway/captures.ts';
import { playCapture } from '../sources/openclaw/gateway/play-capture.ts';

/** A route that shows nothing. */
export const ROUTED = { ...NOTHING_VISIBLE, isRouted: true };

const redact = createRedactor([]);

/** What rules get of these events. */
export function observed(events: readonly SessionEvent[], roles: ReadonlyMap<string, Role> = new Map()): Observation[] {
  const fold = new Fold(200);
  const ports = { sessions: fold.sessionsByKey, redact: (text: string) => text };
  return events.flatMap((event) => {
    const change = fold.apply(event);
    return [...toolObservations(change, ports, roles), ...turnObservations(change, ports.sessions, roles)];
  });
}

/** Every recording of Claude Code, in homes of their own. */
export async function ofClaudeCode(): Promise<SessionEvent[]> {
  const parent = tempFolder('judged-claude-code');
  const recordings = VERSIONS.flatMap((version) => scenariosOf(version).map((scenario) => ({ version, scenario })));
  const homes = recordings.map(({ version, scenario }) => join(parent, version, scenario));
  for (const home of homes) mkdirSync(join(home, '.claude'), { recursive: true });
  const played = recordings.map(({ version, scenario }) => new Recording(version, scenario));
  const clock = clockAt(Math.max(...played.map(({ endedAt }) => endedAt)));
  const watching = await watch({ dirs: homes.map((home) => join(home, '.claude')), clock, visibility: () => ROUTED, redact });
  onTestFinished(() => watching.source.stop());
  for (const [index, recording] of played.entries()) await recording.play(homes[index] ?? '', { stepMs: 0 });
  await settled(watching.events);
  return watching.events;
}

async function settled(events: readonly SessionEvent[]): Promise<void> {
  for (let seen = -1; seen !== events.length; await sleep(1_500)) seen = events.length;
}

/** Every recording of Codex. */
export function ofCodex(): SessionEvent[] {
  const texts = ['codex-0.171.0', 'codex-0.134.0'].flatMap(recordingsOf).flatMap((recording) => recording.logs().map(([, text]) => text));
  return texts.flatMap((text) => {
    const decode = createRolloutDecoder({ redact, visibility: () => ROUTED, onUnknown: () => undefined });
    const events = text
      .trimEnd()
      .split('\n')
      .flatMap(entriesOf)
      .flatMap((entry) => decode(entry.text).events);
    return events.flatMap((event) => sessionEvents(event, 'codex'));
  });
}

/** Every recording of pi. */
export async function ofPi(): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (const recording of recordingsOf('pi-1.5.2')) {
    const [memory, home] = [newMemory(), tempFolderInMemory()];
    const ports = portsFor({ memory, clock: clockAt(recording.endsAt) });
    await started(createPiHome({ ...ports, home: join(home, 'agent'), polling: false }));
    recording.apply(home);
    await settled(memory.events);
    events.push(...memory.events);
  }
  return events;
}

/** An agent that was told to write secrets into its commands. */
export const OF_SECRETS = 'mattermost-redaction';

/** What a capture of OpenClaw's gateway says. */
export async function ofGateway(...names: string[]): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (const name of names) events.push(...(await playCapture(name)).events);
  return events;
}

/** Every transcript of OpenClaw, and every frame of its gateway in ordinary work. */
export async function ofOpenClaw(): Promise<SessionEvent[]> {
  const files = OPENCLAW_VERSIONS.flatMap((version) =>
    recordings(version).map(({ name, lines }) => ({ key: `${version}/${name}`, lines })),
  );
  const written = files.flatMap(({ key, lines }) => {
    const decode = createTranscriptDecoder({ redact, onUnknown: () => undefined });
    return lines.flatMap((line) => decode(line).events.map((event) => ({ ...event, sessionKey: key, source: 'transcripts' })));
  });
  const names = captureNames().filter((name) => name !== 'handshake' && name !== OF_SECRETS);
  return [...written, ...(await ofGateway(...names))];
}
