// One home of pi: emits what the logs in it say, under the keys of their sessions.

import { setBounded } from '../../core/bounded-map.ts';
import { asNumber, asRecord, asText } from '../../core/json-guards.ts';
import type { Source, SourcePorts } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../core/until-stopped.ts';
import type { LogFormat } from '../../files/log-format.ts';
import type { FileEvents } from '../../files/watch.ts';
import { type AgentLog, AgentLogs } from '../coding-agents/agent-logs.ts';
import { leafFolders } from '../coding-agents/leaf-folders.ts';
import { transcriptFormat } from '../openclaw/transcripts/transcript-format.ts';
import { createPiDecoder, type PiDecoderOptions } from './pi-decoder.ts';
import type { PiEvent } from './pi-event.ts';
import { PI } from './pi-identity.ts';
import type { ShownSession } from './shown-session.ts';

export interface PiHomeOptions extends SourcePorts {
  id?: string;
  /** The folder in which `sessions` is. It may be missing and is waited for. */
  home: string;
  /** Poll instead of using file events, for network mounts. */
  polling: boolean;
  fileEvents?: FileEvents;
}

/** A model call that failed, and that may be tried again. */
interface Failed {
  at: number;
  reason?: string;
}

const FOLDERS = leafFolders([/^sessions$/, /^--.*--$/]);
const LOG = /^[\w.:+-]{1,80}_[\w-]{1,80}\.jsonl$/;
const MAX_SESSIONS = 5_000; // a forgotten session is only introduced once more
const RETRY_SAID_MS = 1_500; // a failed call that is tried again is taken back within milliseconds

/** A source that emits what the logs below `home` say, from `start` until `stop`. */
export function createPiHome(options: PiHomeOptions): Source {
  return untilStopped(options, (ports) => {
    const home = new PiHome(ports);
    return { ...PI, id: options.id ?? PI.id, start: () => home.start(), stop: () => home.stop(), health: () => home.health() };
  });
}

class PiHome {
  readonly #options: OpenPorts<PiHomeOptions>;
  readonly #logs: AgentLogs<PiEvent>;
  readonly #timers: Timers;
  readonly #modelByKey = new Map<string, string>();
  readonly #unknownKinds = new UnknownKinds();

  constructor(options: OpenPorts<PiHomeOptions>) {
    const { home, polling, clock, log, redact, visibility, checkpoints, emit, onProgress, fileEvents } = options;
    this.#options = options;
    this.#timers = new Timers(clock);
    this.#logs = new AgentLogs<PiEvent>({
      root: home,
      layout: FOLDERS,
      noun: 'session log',
      isLog: (name) => LOG.test(name),
      format: piFormat({ redact, visibility, onUnknown: (kind) => this.#unknownKinds.add(kind) }),
      clock,
      log,
      polling,
      checkpoints,
      onProgress,
      emit: (file, events) => events.forEach((event) => this.#emitFrom(file, event)),
      onNote: (session, note) => this.#resume(session, note),
      onGone: (_path, session) => emit({ type: 'source_lost', at: clock.now(), sessionKey: session, source: this.#source }),
      isLive: () => false,
      fileEvents,
    });
  }

  start(): Promise<void> {
    return this.#logs.start();
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    await this.#logs.stop();
  }

  health(): ReturnType<Source['health']> {
    return { ...this.#logs.health(), lastEventAt: this.#options.lastEventAt(), unknownKinds: this.#unknownKinds.counts };
  }

  get #source(): string {
    return this.#options.id ?? PI.id;
  }

  #emitFrom(file: AgentLog<PiEvent>, { owner, body, at }: PiEvent): void {
    const key = `${PI.id}:${owner.id}`;
    file.session = key;
    this.#introduce(key, owner, body.type === 'facts' ? body.model : undefined, at);
    this.#timers.cancel(key);
    delete file.note;
    if (body.type === 'facts' || body.type === 'retried') return;
    if (body.type === 'message' && body.stop === 'error')
      file.note = this.#expectRetry(key, { at, ...(body.reason === undefined ? {} : { reason: body.reason }) });
    this.#options.emit({ ...body, at, sessionKey: key, source: this.#source });
  }

  #introduce(key: string, owner: ShownSession, model: string | undefined, at: number): void {
    const known = this.#modelByKey.get(key);
    if (known !== undefined && (model === undefined || model === known)) return;
    setBounded(this.#modelByKey, key, model ?? '', MAX_SESSIONS);
    const facts = { agentId: PI.id, address: owner.address, sessionId: owner.id, ...(model === undefined ? {} : { model }) };
    this.#options.emit({ type: 'session_seen', at, sessionKey: key, source: this.#source, ...facts });
  }

  /** Without a word soon, the call is not tried again. Returns what has to be remembered until then. */
  #expectRetry(key: string, failed: Failed): Failed {
    this.#timers.restart(key, RETRY_SAID_MS, () =>
      this.#options.emit({ type: 'run_ended', outcome: 'failed', ...failed, sessionKey: key, source: this.#source }),
    );
    return failed;
  }

  /** The process before this one did not learn what became of a failed call. */
  #resume(key: string, note: unknown): void {
    const [at, reason] = [asNumber(asRecord(note)?.['at']), asText(asRecord(note)?.['reason'])];
    if (at !== undefined) this.#expectRetry(key, { at, ...(reason === undefined ? {} : { reason }) });
  }
}

function piFormat(options: PiDecoderOptions): LogFormat<PiEvent> {
  const { entriesOf, writtenAt } = transcriptFormat(() => () => ({ events: [] }));
  return {
    newDecoder: () => createPiDecoder(options),
    entriesOf,
    ...(writtenAt === undefined ? {} : { writtenAt }),
    opens: ({ body }) => body.type === 'turn_started',
    hasEnded,
  };
}

function hasEnded(events: readonly PiEvent[]): boolean {
  const last = events.findLast(({ body }) => body.type === 'turn_started' || body.type === 'run_ended' || isLastMessage(body));
  return last?.body.type !== 'turn_started';
}

function isLastMessage(body: PiEvent['body']): boolean {
  return body.type === 'message' && body.injected !== true && body.stop !== 'tools' && body.stop !== 'error';
}
