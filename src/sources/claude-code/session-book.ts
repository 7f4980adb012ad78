// Keeps what is known of each session and sub-agent, introduces them, and emits their events as far as their route allows.

import { basename } from 'node:path';
import { setBounded } from '../../core/bounded-map.ts';
import type { EventOf, SessionEvent } from '../../core/event.ts';
import { NOTHING_VISIBLE, type SourcePorts, type Visibility } from '../../core/source.ts';
import { projectOf } from '../coding-agents/project.ts';
import { seenAt } from '../coding-agents/seen-at.ts';
import type { DecodedEvent } from '../openclaw/decoding/decoded-event.ts';
import { createSafeText, type SafeText } from '../openclaw/decoding/safe-text.ts';
import { type AgentCall, AgentLinks, type AgentMeta } from './agent-links.ts';
import { CLAUDE_CODE } from './claude-code-identity.ts';
import { EstimatedCost } from './estimated-cost.ts';
import type { About, Fact } from './session-facts.ts';
import type { Folders } from './shown-args.ts';
import { shownEvents } from './shown-events.ts';

/** A session, or a sub-agent in it. */
export interface Track {
  readonly key: string;
  readonly sessionId: string;
  readonly agentId: string | undefined;
  about: About;
  /** The folder that the session began in: its project never changes. */
  home: string | undefined;
  address: string | undefined;
  /** Of what it does where it is now. */
  may: Visibility;
  folders: Folders;
  /** A sub-agent's name and who started it. */
  child: { label: string; agentType: string; parentKey: string } | undefined;
  introducedAs: string;
  openRun: string | undefined;
  /** When the newest of its lines was written. */
  lastAt: number;
  handles: Set<string>;
  /** Calls without a result, oldest first. */
  callsById: Map<string, Extract<Fact, { kind: 'call' }>>;
}

export interface SessionBookOptions extends Pick<SourcePorts, 'clock' | 'redact' | 'visibility' | 'costOf'> {
  source: string;
  emitsQuestions: boolean;
  emit(event: SessionEvent): void;
  /** A session's file says that a sub-agent has ended, or that a run looks as if it had. */
  onFact(track: Track, fact: Fact): void;
}

const MAX_TRACKS = 5_000;
const MAX_LABEL_POINTS = 80;
const MAX_CALLS = 200;

export function keyOf(sessionId: string, agentId?: string): string {
  return agentId === undefined ? `${CLAUDE_CODE.id}:${sessionId}` : `${CLAUDE_CODE.id}:${sessionId}/${agentId}`;
}

export class SessionBook {
  readonly #options: SessionBookOptions;
  readonly #safe: SafeText;
  readonly #tracksByKey = new Map<string, Track>();
  readonly #links: AgentLinks;
  readonly #costsBySession = new Map<string, EstimatedCost>();

  constructor(options: SessionBookOptions) {
    this.#options = options;
    this.#safe = createSafeText(options.redact);
    this.#links = new AgentLinks((agentKey, call) => this.#linked(agentKey, call));
  }

  get(sessionId: string, agentId?: string): Track | undefined {
    return this.#tracksByKey.get(keyOf(sessionId, agentId));
  }

  /** Sessions, without their sub-agents. */
  sessions(): Track[] {
    return [...this.#tracksByKey.values()].filter(({ agentId }) => agentId === undefined);
  }

  /** The session and its sub-agents. */
  ofSession(sessionId: string): Track[] {
    return [...this.#tracksByKey.values()].filter((track) => track.sessionId === sessionId);
  }

  /** Makes the track if there is none. */
  track(sessionId: string, agentId?: string): Track {
    const key = keyOf(sessionId, agentId);
    const known = this.#tracksByKey.get(key);
    if (known !== undefined) return known;
    const track: Track = {
      key,
      sessionId,
      agentId,
      about: {},
      home: undefined,
      address: undefined,
      may: NOTHING_VISIBLE,
      folders: [],
      child: undefined,
      introducedAs: '',
      openRun: undefined,
      lastAt: 0,
      handles: new Set(),
      callsById: new Map(),
    };
    setBounded(this.#tracksByKey, key, track, MAX_TRACKS);
    return track;
  }

  described(sessionId: string, agentId: string, meta: AgentMeta): void {
    this.#links.described(`${sessionId}/${agentId}`, meta);
  }

  metaOf({ sessionId, agentId }: Track): AgentMeta | undefined {
    return agentId === undefined ? undefined : this.#links.metaOf(`${sessionId}/${agentId}`);
  }

  /** Sub-agents that this session, or sub-agent, asked for before we began to read. */
  recall(track: Track, calls: Iterable<Extract<Fact, { kind: 'agent_called' }>>): void {
    for (const call of calls) this.#links.called(track.sessionId, { ...call, parentKey: track.key });
  }

  take(track: Track, facts: readonly Fact[]): void {
    for (const fact of facts) this.#takeOne(track, this.#priced(track, fact));
  }

  #priced({ sessionId, agentId }: Track, fact: Fact): Fact {
    const { costOf } = this.#options;
    if (costOf === undefined) return fact;
    const cost = this.#costsBySession.get(sessionId) ?? new EstimatedCost(costOf);
    setBounded(this.#costsBySession, sessionId, cost, MAX_TRACKS);
    return cost.apply(fact, agentId !== undefined);
  }

  #takeOne(track: Track, fact: Fact): void {
    if (fact.kind === 'about') return this.learn(track, fact.about);
    const agent = track.agentId === undefined ? undefined : `${track.sessionId}/${track.agentId}`;
    if (agent !== undefined && fact.kind === 'prompt') this.#links.seen(agent, fact.text);
    this.#remember(track, fact);
    const stage = { may: track.may, folders: track.folders, safe: this.#safe, emitsQuestions: this.#options.emitsQuestions };
    for (const event of shownEvents(fact, stage)) this.emit(track, event);
    if (agent !== undefined) this.#links.seen(agent);
    if (fact.kind === 'agent_called') this.#links.called(track.sessionId, { ...fact, parentKey: track.key });
    if (fact.kind === 'agent_named') this.#links.named(`${track.sessionId}/${fact.agentId}`, fact.callId);
    this.#options.onFact(track, fact);
  }

  #remember(track: Track, fact: Fact): void {
    track.lastAt = Math.max(track.lastAt, fact.at);
    if (fact.kind === 'prompt' || fact.kind === 'resumed') track.openRun = fact.runId;
    if (fact.kind === 'ended' && track.openRun === fact.runId) {
      track.openRun = undefined;
      track.callsById.clear();
    }
    if (fact.kind === 'call') setBounded(track.callsById, fact.callId, fact, MAX_CALLS);
    if (fact.kind === 'result') track.callsById.delete(fact.callId);
    if (fact.kind === 'result' && fact.outcome.kind === 'background') track.handles.add(fact.outcome.handle);
    if (fact.kind === 'background_ended') track.handles.delete(fact.handle);
  }

  /** Adds what is known of the session. */
  learn(track: Track, about: About): void {
    track.about = { ...track.about, ...about };
    this.place(track, track.about.cwd);
    if (about.cwd !== undefined) this.#locate(track, about.cwd);
    if (track.introducedAs !== '' && (about.title ?? about.name ?? about.model) !== undefined) this.introduce(track);
  }

  /** The first folder that is known of a session is the one that counts, for its sub-agents, too. */
  place(track: Track, cwd: string | undefined): void {
    if (track.home !== undefined || cwd === undefined) return;
    const root = track.agentId === undefined ? undefined : this.get(track.sessionId);
    track.home = root?.home ?? cwd;
    track.address = root?.address ?? `${CLAUDE_CODE.id}:${projectOf(cwd).main}`;
    this.#locate(track, cwd);
  }

  #locate(track: Track, cwd: string): void {
    const { home, address } = track;
    const project = folderOf(track);
    if (home === undefined || address === undefined || project === undefined) return;
    const { may, isAtHome } = seenAt(cwd, { agent: CLAUDE_CODE.id, folder: home, project }, (of) => this.#options.visibility(of));
    track.may = may;
    track.folders = isAtHome ? [cwd, home, project] : [home, project];
  }

  /** Emits an event of this session, after its introduction. */
  emit(track: Track, event: DecodedEvent): void {
    if (track.introducedAs === '') this.introduce(track);
    this.#options.emit({ ...event, sessionKey: track.key, source: this.#options.source, namesRuns: true });
  }

  /** Emits what is known of a session, if that is new. */
  introduce(track: Track): void {
    const facts = track.agentId === undefined ? this.#rootFacts(track) : this.#agentFacts(track);
    const told = JSON.stringify(facts);
    if (told === track.introducedAs) return;
    track.introducedAs = told;
    this.#options.emit({
      type: 'session_seen',
      at: this.#options.clock.now(),
      sessionKey: track.key,
      source: this.#options.source,
      namesRuns: true,
      ...facts,
    });
  }

  #rootFacts(track: Track): Facts {
    const { sessionId, address, about, may } = track;
    const project = basename(folderOf(track) ?? '');
    const title = may.texts ? this.#safe.line(about.name ?? about.title ?? '', MAX_LABEL_POINTS) : '';
    const label = title === '' ? project : `${project} · ${title}`;
    return {
      agentId: CLAUDE_CODE.id,
      ...(label === '' ? {} : { label }),
      sessionId,
      ...(address === undefined ? {} : { address }),
      ...this.#modelOf(track),
    };
  }

  #agentFacts(track: Track): Facts {
    const { sessionId, child } = track;
    const { address } = this.get(sessionId) ?? track;
    const agentType = child?.agentType ?? this.metaOf(track)?.agentType;
    return {
      agentId: agentType === undefined ? 'sub-agent' : this.#safe.line(agentType, MAX_LABEL_POINTS),
      isSubAgent: true,
      parentKey: child?.parentKey ?? keyOf(sessionId, this.metaOf(track)?.parentAgentId),
      ...(child === undefined ? {} : { label: child.label }),
      ...(address === undefined ? {} : { address }),
      ...this.#modelOf(track),
    };
  }

  #modelOf({ about }: Track): { model?: string } {
    return about.model === undefined ? {} : { model: this.#safe.line(about.model, MAX_LABEL_POINTS) };
  }

  #linked(agentKey: string, call: AgentCall): void {
    const [sessionId = '', agentId = ''] = agentKey.split('/');
    const [track, parent] = [this.track(sessionId, agentId), this.#tracksByKey.get(call.parentKey)];
    if (parent === undefined) return;
    const named = `${call.agentType} ${call.number}`;
    const label = this.#safe.line(parent.may.texts && call.description !== '' ? call.description : named, MAX_LABEL_POINTS);
    track.child = { label, agentType: call.agentType, parentKey: call.parentKey };
    this.introduce(track);
    this.emit(parent, { type: 'child_spawned', at: call.at, callId: call.callId, childKey: track.key, label });
  }
}

type Facts = Omit<EventOf<'session_seen'>, 'type' | 'at' | 'sessionKey' | 'source' | 'namesRuns'>;

function folderOf({ address }: Track): string | undefined {
  return address?.slice(CLAUDE_CODE.id.length + 1);
}
