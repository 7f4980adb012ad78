// A source of files made of the kit alone, in another format and another folder than any agent's: a folder of `*.notes`, one session each.
// A line is `said <text>`. It shows that the suite, and the kit, know nothing of OpenClaw.

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SessionEvent } from '../../../../src/core/event.ts';
import type { Source, SourcePorts } from '../../../../src/core/source.ts';
import { Timers } from '../../../../src/core/timers.ts';
import { untilStopped } from '../../../../src/core/until-stopped.ts';
import { decodeCheckpoint, type FollowedFile, newFile } from '../../../../src/files/followed-file.ts';
import { FollowedFiles } from '../../../../src/files/followed-files.ts';
import type { LogFormat } from '../../../../src/files/log-format.ts';
import { createFileProblems, type FileProblem, type FileProblems } from '../../../../src/files/file-problems.ts';
import { hashKeyOf } from '../../../../src/files/seen-entries.ts';

interface Note {
  at: number;
  text: string;
}

const LOOK_MS = 20;
const SENTENCE = 'A file of notes has a problem.';
const KINDS: readonly FileProblem[] = [
  ...(['symlink', 'not_a_file', 'outside', 'unreadable', 'exhausted', 'failed'] as const),
  ...(['long_line', 'nul_block', 'too_many'] as const),
];

export function createNotesSource({ id, dir, ...ports }: SourcePorts & { id: string; dir: string }): Source {
  return untilStopped(ports, (open) => {
    const source = new Notes(id, dir, open);
    return {
      id,
      capabilities: { agents: 'notes', namesRuns: false },
      start: () => source.start(),
      stop: () => source.stop(),
      health: () => ({ condition: { state: 'readable' }, wasRead: source.wasRead, unknownKinds: source.unknownKinds, problems: {} }),
    };
  });
}

class Notes {
  readonly unknownKinds: Record<string, number> = {};
  readonly #id: string;
  readonly #dir: string;
  readonly #ports: SourcePorts;
  readonly #timers: Timers;
  readonly #files: FollowedFiles<Note, FollowedFile<Note>>;
  readonly #introduced = new Set<string>();
  wasRead = false;

  constructor(id: string, dir: string, ports: SourcePorts) {
    this.#id = id;
    this.#dir = dir;
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
    const { clock, log } = ports;
    const sentences = Object.fromEntries(KINDS.map((kind) => [kind, SENTENCE])) as Record<FileProblem, string>;
    const problems: FileProblems<FileProblem> = createFileProblems({ sentences, ofFolders: [] }, log, clock);
    this.#files = new FollowedFiles<Note, FollowedFile<Note>>({
      root: dir,
      clock,
      problems,
      format: this.#format(),
      isReady: () => true,
      isLive: () => false,
      isWorthShowing: () => true,
      emit: ({ path }, notes) =>
        notes.forEach(({ at, text }) => this.#emit(basename(path), { type: 'message', at, messageId: text, text, stop: 'tools' })),
      onRemoved: () => undefined,
      onLiveLine: () => undefined,
      onProgress: ({ path, checkpoint }) => ports.onProgress(path, checkpoint),
      onRest: () => undefined,
      goesOn: () => false,
      onEnded: ({ path }) => {
        ports.onProgress(path, undefined);
        this.#emit(basename(path), { type: 'source_lost', at: clock.now() });
      },
    });
  }

  async start(): Promise<void> {
    for (const [path, position] of this.#ports.checkpoints) {
      const checkpoint = decodeCheckpoint(position);
      if (checkpoint !== undefined) await this.#files.adopt(newFile(path), checkpoint);
    }
    await this.#look();
    this.wasRead = true;
    this.#timers.repeat(
      'look',
      () => LOOK_MS,
      () => this.#look(),
    );
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    await this.#files.stop();
  }

  async #look(): Promise<void> {
    const names = await readdir(this.#dir).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.notes'))) {
      const path = join(this.#dir, name);
      await this.#files.look(path, this.wasRead, () => newFile(path));
    }
    await this.#files.sweep();
  }

  #emit(
    name: string,
    event: { type: 'source_lost'; at: number } | { type: 'message'; at: number; messageId: string; text: string; stop: 'tools' },
  ): void {
    const common = { sessionKey: `notes/${basename(name, '.notes')}`, source: this.#id };
    if (!this.#introduced.has(name)) this.#ports.emit({ type: 'session_seen', at: event.at, agentId: 'notes', ...common });
    this.#introduced.add(name);
    this.#ports.emit({ ...event, ...common } satisfies SessionEvent);
  }

  #format(): LogFormat<Note> {
    return {
      newDecoder: () => (text) => {
        if (text.startsWith('said ')) return { events: [{ at: this.#ports.clock.now(), text: text.slice('said '.length) }] };
        this.unknownKinds['line'] = (this.unknownKinds['line'] ?? 0) + 1;
        return { events: [] };
      },
      entriesOf: (line) => [{ text: line, key: hashKeyOf(line) }],
      writtenAt: () => undefined,
      opens: () => true,
      hasEnded: () => false,
    };
  }
}
