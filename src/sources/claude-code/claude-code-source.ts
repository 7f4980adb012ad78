// A source that emits the events of Claude Code sessions below one or several configuration folders.

import type { Source, SourcePorts } from '../../core/source.ts';
import { untilStopped } from '../../core/until-stopped.ts';
import type { FileEvents } from '../../files/watch.ts';
import { manyHomes } from '../coding-agents/many-homes.ts';
import { CLAUDE_CODE } from './claude-code-identity.ts';
import { ClaudeHome } from './claude-home.ts';
import { healthOf } from './home-health.ts';
import type { ProcessTable } from './process-sight.ts';

export interface ClaudeCodeOptions extends SourcePorts {
  /** The id of the source; needed where there are several. */
  id?: string;
  /** Configuration folders, such as `~/.claude`. They may be missing and are waited for. */
  dirs: readonly string[];
  /** Poll instead of using file events, for network mounts. */
  polling?: boolean;
  /** Turns carry the text of the person who started them. */
  emitsQuestions?: boolean;
  processes?: ProcessTable;
  fileEvents?: FileEvents;
}

export function createClaudeCodeSource(options: ClaudeCodeOptions): Source {
  const { id = CLAUDE_CODE.id, dirs, polling = false, emitsQuestions = false } = options;
  const identity = { id, capabilities: CLAUDE_CODE.capabilities };
  const homes = dirs.map((dir) =>
    untilStopped({ ...options, id, dir, polling, emitsQuestions }, (ports): Source => {
      const home = new ClaudeHome(ports);
      return { ...identity, start: () => home.start(), stop: () => home.stop(), health: () => healthOf(home.details()) };
    }),
  );
  return manyHomes(identity, homes);
}
