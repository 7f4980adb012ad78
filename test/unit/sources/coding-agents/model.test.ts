// With VERBOSITY=detail a box says which model works, whichever coding agent it is.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderCard } from '../../../../src/boxes/render/render-card.ts';
import type { RenderOptions } from '../../../../src/boxes/render/render-options.ts';
import { BUILT_IN_LABELS } from '../../../../src/boxes/render/tool-labels.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { Source, SourcePorts } from '../../../../src/core/source.ts';
import { judge } from '../../../../src/core/status.ts';
import { treeOf } from '../../../../src/core/tree.ts';
import { createClaudeCodeSource } from '../../../../src/sources/claude-code/claude-code-source.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { createPiHome } from '../../../../src/sources/pi/pi-home.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { Recording as ClaudeRecording } from '../claude-code/recording.ts';
import { Recording } from './recording.ts';
import { clockAt, newMemory, portsFor, started } from './running.ts';

const LIMITS = { idleTimeoutMs: 300_000, maxDurationMs: 3_600_000 };

interface Played {
  endsAt: number;
  play(home: string): Promise<void> | void;
  create(ports: SourcePorts, home: string): Source;
}

const claude = new ClaudeRecording('2.1.332', 'tools');
const played = (version: string) => {
  const recording = new Recording(version, 'tools');
  return { endsAt: recording.endsAt, play: (home: string) => recording.apply(home) };
};

const AGENTS: [string, string, Played][] = [
  [
    'Claude Code',
    'claude-opus-5-5',
    {
      endsAt: claude.endedAt,
      play: (home) => claude.play(home, { stepMs: 0 }),
      create: (ports, home) => createClaudeCodeSource({ ...ports, dirs: [join(home, '.claude')] }),
    },
  ],
  ['Codex', 'gpt-5.5', { ...played('codex-0.171.0'), create: (ports, home) => createCodexHome({ ...ports, home, polling: false }) }],
  [
    'pi',
    'fake-model-1',
    { ...played('pi-1.5.2'), create: (ports, home) => createPiHome({ ...ports, home: join(home, 'agent'), polling: false }) },
  ],
];

/** The lines of each box. */
function boxesOf(fold: Fold, verbosity: RenderOptions['verbosity']): string[][] {
  const options = { verbosity, maxLines: 50, labels: BUILT_IN_LABELS, redact: (text: string) => text };
  const draw = (key: string) => {
    const session = fold.sessionOf(key);
    return session.turns.map((turn) => renderCard(judge(treeOf(fold.sessionsByKey, session, turn), LIMITS), options).lines);
  };
  return [...fold.sessionsByKey.keys()].flatMap(draw);
}

it.each(AGENTS)('of %s', async (_agent, model, { endsAt, play, create }) => {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  mkdirSync(join(home, '.claude'));
  await play(home);
  await started(create(portsFor({ memory, clock: clockAt(endsAt) }), home));
  const boxes = (verbosity: RenderOptions['verbosity']): string[][] => {
    const fold = new Fold();
    for (const event of memory.events) fold.apply(event);
    return boxesOf(fold, verbosity);
  };
  await eventually(() => expect(boxes('detail')).not.toEqual([]));
  for (const lines of boxes('detail')) expect(lines).toContainEqual(expect.stringContaining(`\`${model}\``));
  for (const lines of boxes('normal')) expect(lines.join('\n')).not.toContain(model);
});
