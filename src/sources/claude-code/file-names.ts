// What the names below a configuration folder of Claude Code mean. Pure.

import { sep } from 'node:path';
import { type Signal, signalOf } from './hook-signals.ts';

/** A folder that is watched. `session` and `agents` belong to one session; `signals` is our own. */
export type FolderKind = 'project' | 'session' | 'agents' | 'live' | 'jobs' | 'job' | 'signals';

export type FileKind =
  | { kind: 'session'; sessionId: string }
  | { kind: 'agent'; agentId: string }
  | { kind: 'meta'; agentId: string }
  | { kind: 'live' }
  | { kind: 'job' }
  | { kind: 'signal'; signal: Omit<Signal, 'at'> }
  | { kind: 'folder' }
  | { kind: 'other' };

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const SESSION = new RegExp(`^(${UUID})\\.jsonl$`);
const SESSION_FOLDER = new RegExp(`^${UUID}$`);
const AGENT = /^agent-([0-9a-zA-Z_-]{1,64})\.jsonl$/;
const META = /^agent-([0-9a-zA-Z_-]{1,64})\.meta\.json$/;
const LIVE = /^\d{1,10}\.json$/;
const OTHER: FileKind = { kind: 'other' };

/** Files with secrets, such as `*.key` and the daemon's, are `other` and never opened. */
export function fileKindOf(folder: FolderKind, name: string): FileKind {
  switch (folder) {
    case 'project':
      return sessionOf(name) ?? agentOf(name) ?? (SESSION_FOLDER.test(name) ? { kind: 'folder' } : OTHER);
    case 'agents':
      return agentOf(name) ?? metaOf(name) ?? OTHER;
    case 'session':
      return name === 'subagents' ? { kind: 'folder' } : OTHER;
    case 'live':
      return LIVE.test(name) ? { kind: 'live' } : OTHER;
    case 'jobs':
      return { kind: 'folder' };
    case 'job':
      return name === 'state.json' ? { kind: 'job' } : OTHER;
    case 'signals': {
      const signal = signalOf(name);
      return signal === undefined ? OTHER : { kind: 'signal', signal };
    }
    default:
      return folder satisfies never;
  }
}

/** Whose lines a file has, by its path. Of a sub-agent of an old version only its lines tell the session. */
export function whoseFile(path: string): { sessionId: string | undefined; agentId: string | undefined } {
  const [name = '', parent, session] = path.split(sep).toReversed();
  const agentId = AGENT.exec(name)?.[1];
  if (agentId === undefined) return { sessionId: SESSION.exec(name)?.[1], agentId };
  return { sessionId: parent === 'subagents' ? session : undefined, agentId };
}

function sessionOf(name: string): FileKind | undefined {
  const sessionId = SESSION.exec(name)?.[1];
  return sessionId === undefined ? undefined : { kind: 'session', sessionId };
}

function agentOf(name: string): FileKind | undefined {
  const agentId = AGENT.exec(name)?.[1];
  return agentId === undefined ? undefined : { kind: 'agent', agentId };
}

function metaOf(name: string): FileKind | undefined {
  const agentId = META.exec(name)?.[1];
  return agentId === undefined ? undefined : { kind: 'meta', agentId };
}
