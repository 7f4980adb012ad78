// The sources of files that keep the common promises: one row each.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { NOTHING_VISIBLE, type Source, type SourcePorts } from '../../../../src/core/source.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { createClaudeCodeSource } from '../../../../src/sources/claude-code/claude-code-source.ts';
import { createTranscriptSource } from '../../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { createDataFolder } from '../../../../src/sources/network-ai/data-folder.ts';
import { createPiHome } from '../../../../src/sources/pi/pi-home.ts';
import { rolloutHead, rolloutLine } from '../codex/rollout-writer.ts';
import { GatewayWriter, header, line } from '../openclaw/transcripts/gateway-writer.ts';
import { createNotesSource } from './notes-source.ts';

/** One implementation. */
export interface FileSource {
  name: string;
  create(id: string, root: string, ports: SourcePorts): Source;
  /** Makes known that there is a session of this name. */
  prepare(root: string, session: string): void;
  path(root: string, session: string): string;
  keyOf(session: string): string;
  /** What a file begins with. */
  head(session: string): string;
  /** A line that makes the agent say this. */
  says(text: string): string;
  /** What the event says, where that is no message. */
  heardIn?(event: SessionEvent): string | undefined;
  /**
   * Its boxes say how things stand by all of its files together, and not what one log said line by line. So some promises of logs are not its
   * own: a file that vanishes ends nothing; what it remembers is what it told of each task, and no position in a file; of many lines the
   * newest count, and what came with one look has no order.
   */
  isSnapshot?: true;
}

export const IMPLEMENTATIONS: FileSource[] = [
  {
    name: 'transcripts',
    create: (id, dir, ports) => createTranscriptSource({ id, dir, polling: false, ...ports }),
    prepare: (root, session) => indexOf(root).index(`agent:main:${session}`, { sessionId: session }),
    path: (root, session) => join(root, 'main', 'sessions', `${session}.jsonl`),
    keyOf: (session) => `agent:main:${session}`,
    head: (session) => header(session) + line('user', `ask-${session}`),
    says: (text) => line('assistant', text, { stopReason: 'toolUse' }),
  },
  {
    name: 'codex',
    create: (id, home, ports) => createCodexHome({ ...ports, id, home, polling: false, visibility: () => TEXTS }),
    prepare: (root, session) => mkdirSync(dirname(rolloutPath(root, session)), { recursive: true }),
    path: rolloutPath,
    keyOf: (session) => `codex:${session}`,
    head: (session) => rolloutHead(session, {}, WRITTEN_AT) + rolloutText('hello'),
    says: rolloutText,
  },
  {
    name: 'Claude Code',
    create: (id, dir, ports) =>
      createClaudeCodeSource({ ...ports, id, dirs: [dir], visibility: () => ({ ...NOTHING_VISIBLE, texts: true }) }),
    prepare: (root) => mkdirSync(join(root, 'projects', '-nowhere'), { recursive: true }),
    path: (root, session) => join(root, 'projects', '-nowhere', `${uuidOf(session)}.jsonl`),
    keyOf: (session) => `claude-code:${uuidOf(session)}`,
    head: (session) => claudeLine('user', `ask-${session}`),
    says: (text) => claudeLine('assistant', text),
  },
  {
    name: 'pi',
    create: (id, home, ports) => createPiHome({ ...ports, id, home, polling: false, visibility: () => TEXTS }),
    prepare: (root, session) => mkdirSync(dirname(piPath(root, session)), { recursive: true }),
    path: piPath,
    keyOf: (session) => `pi:${session}`,
    head: (session) => header(session) + line('user', `ask-${session}`) + line('assistant', 'hello', { stopReason: 'toolUse' }),
    says: (text) => line('assistant', text, { stopReason: 'toolUse' }),
  },
  {
    name: 'Network-AI',
    isSnapshot: true,
    create: (id, root, ports) => createDataFolder({ ...ports, id, root, name: 'swarm', polling: false, visibility: () => TEXTS }),
    prepare: (root, session) => {
      mkdirSync(join(root, session), { recursive: true });
      const task = { max_tokens: 10, used_tokens: 1, created_at: new Date(WRITTEN_AT).toISOString(), status: 'active' };
      writeFileSync(join(root, session, 'budget_tracking.json'), JSON.stringify({ t1: task }));
    },
    path: (root, session) => join(root, session, 'audit_log.jsonl'),
    keyOf: (session) => `network-ai:swarm:${session}:task:t1`,
    head: () => deniedLine('hello'),
    says: deniedLine,
    heardIn: (event) => (event.type === 'noted' && event.noteId.startsWith('denied:') ? /→ (.+) denied/.exec(event.text)?.[1] : undefined),
  },
  {
    name: 'notes, a source made of the kit alone',
    create: (id, dir, ports) => createNotesSource({ id, dir, ...ports }),
    prepare: (root) => mkdirSync(root, { recursive: true }),
    path: (root, session) => join(root, `${session}.notes`),
    keyOf: (session) => `notes/${session}`,
    head: () => 'said hello\n',
    says: (text) => `said ${text}\n`,
  },
];

function piPath(home: string, session: string): string {
  return join(home, 'sessions', '--home-dev-shop--', `2026-11-27T09-00-00-000Z_${session}.jsonl`);
}

function rolloutPath(home: string, session: string): string {
  return join(home, 'sessions', '2026', '11', '27', `rollout-2026-11-27T09-00-00-${session}.jsonl`);
}

/** The same text is the same line. */
function rolloutText(text: string): string {
  return rolloutLine('event_msg', { type: 'agent_message', message: text }, WRITTEN_AT);
}

const WRITTEN_AT = Date.now();
const TEXTS = { isRouted: true, commands: false, texts: true, prompts: false };

/** Sessions of Claude Code have no names but these. */
function uuidOf(session: string): string {
  const digits = Buffer.from(session).toString('hex').padEnd(12, '0').slice(0, 12);
  return `00000000-0000-4000-8000-${digits}`;
}

const CLAUDE_STARTED = new Date().toISOString();

/** The same line for the same text. */
function claudeLine(type: 'user' | 'assistant', text: string): string {
  const uuid = `${type}-${text}`;
  const content = type === 'user' ? text : [{ type: 'text', text }];
  const message = { role: type, content, ...(type === 'user' ? {} : { id: uuid, stop_reason: 'tool_use' }) };
  const about = { cwd: '/nowhere', sessionId: 'any', version: '2.1.332', timestamp: CLAUDE_STARTED };
  return `${JSON.stringify({ parentUuid: null, isSidechain: false, type, message, uuid, ...about, promptSource: 'typed' })}\n`;
}

/** A line of the audit log of Network-AI: nobody gets what the text names. */
function deniedLine(text: string): string {
  const details = { agent_id: 'agent', resource_type: text, scores: { trust: 0.3 } };
  return `${JSON.stringify({ timestamp: new Date(WRITTEN_AT).toISOString(), action: 'permission_denied', details })}\n`;
}

const gatewaysByRoot = new Map<string, GatewayWriter>();

function indexOf(root: string): GatewayWriter {
  const known = gatewaysByRoot.get(root) ?? new GatewayWriter(join(root, 'main', 'sessions'));
  gatewaysByRoot.set(root, known);
  return known;
}
