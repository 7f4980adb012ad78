// What a waiting session of Claude Code shows: what it waits for, whole, as far as its route allows, and where the person must go.

import { describe, expect, it } from 'vitest';
import { NOTHING_VISIBLE, type Visibility } from '../../../../src/core/source.ts';
import { Waits } from '../../../../src/sources/claude-code/live-waits.ts';
import type { LiveProcess } from '../../../../src/sources/claude-code/live-files.ts';
import { processIn } from '../../../../src/sources/claude-code/process-sight.ts';
import type { Track } from '../../../../src/sources/claude-code/session-book.ts';
import { createSafeText } from '../../../../src/sources/openclaw/decoding/safe-text.ts';
import { createRedactor } from '../../../../src/text/redact.ts';

const COMMAND = 'make all &&\n  make install\nrm -rf build';
const PROCESS: LiveProcess = {
  pid: 1,
  procStart: '2',
  pidDomain: undefined,
  sessionId: 's',
  startedAt: 0,
  status: 'waiting',
  waitingFor: 'permission prompt',
  statusAt: 1,
  name: 'fix-login',
  cwd: '/home/dev/shop',
  state: 'alive',
  terminal: 'pts/3',
};

function waitOf(
  may: Partial<Visibility>,
  process: Partial<LiveProcess> = {},
  needs?: string,
  input: Record<string, unknown> = { command: COMMAND },
  tool = 'Bash',
) {
  const call = { kind: 'call' as const, callId: 'c', tool, input, runId: 'r', at: 1 };
  const root: Track = {
    key: 'claude-code:s',
    sessionId: 's',
    agentId: undefined,
    about: {},
    home: undefined,
    address: undefined,
    may: { ...NOTHING_VISIBLE, isRouted: true, ...may },
    folders: [],
    child: undefined,
    introducedAs: '',
    openRun: 'r',
    lastAt: 1,
    handles: new Set(),
    callsById: new Map([['c', call]]),
  };
  const safe = createSafeText(createRedactor([]));
  const waits = new Waits((text) => safe.lines(text, 2_900), 'devbox');
  const job = needs === undefined ? undefined : { sessionId: 's', isBlocked: true, needs };
  const [event] = waits.update({ root, tracks: [root], process: { ...PROCESS, ...process }, job, askedAt: undefined }, 1);
  if (event?.type !== 'waiting_started') throw new Error('nothing waits');
  return { text: event.text, who: event.who };
}

describe('a session that waits', () => {
  it('shows its whole command where the route shows commands, and the tool alone where not', () => {
    expect(waitOf({ commands: true }).text).toBe(`Bash: ${COMMAND}`);
    expect(waitOf({ texts: true, prompts: true }).text).toBe('Bash');
  });

  it('shows the whole command although its job has only the beginning of it', () => {
    expect(waitOf({ commands: true }, {}, 'approve Bash: make all && …').text).toBe(`Bash: ${COMMAND}`);
    expect(waitOf({ commands: true }, {}, 'approve WebFetch: https://x.example').text).toBe('WebFetch: https://x.example');
  });

  it('shows every question with its answers to choose from where the route shows texts, and none where not', () => {
    const questions = [{ question: 'Which colour?', options: [{ label: 'Red' }, { label: 'Blue' }] }, { question: 'Which size?' }];
    expect(waitOf({ texts: true }, {}, undefined, { questions }, 'AskUserQuestion').text).toBe(
      'Which colour?\n- Red\n- Blue\n\nWhich size?',
    );
    expect(waitOf({ commands: true }, {}, undefined, { questions }, 'AskUserQuestion').text).toBeUndefined();
  });

  it('says terminal and host, and the name of the session where the route shows texts', () => {
    expect(waitOf({ texts: true }).who).toBe('whoever is at its terminal, pts/3 on devbox, session fix-login');
    expect(waitOf({ commands: true }).who).toBe('whoever is at its terminal, pts/3 on devbox');
  });

  it('names no host where its process may be one of another machine', () => {
    expect(waitOf({}, { state: 'unknown', terminal: undefined }).who).toBe('whoever is at its terminal');
  });

  it('shows no secret', () => {
    expect(waitOf({ commands: true }, {}, undefined, { command: 'login\n--password hunter2hunter2' }).text).not.toContain('hunter2hunter2');
  });
});

it.each([
  [34_819, 'pts/3'],
  [0x10_88_2c, 'pts/300'],
  [0x89_00, 'pts/256'],
  [0x04_01, 'tty1'],
  [0, undefined],
])('the terminal with the device number %i is %s', (device, terminal) => {
  const stat = `12 (a (b) c) S 1 12 12 ${device} 12 4194304 ${'0 '.repeat(12)}92978 0`;
  expect(processIn(stat)).toEqual({ start: '92978', terminal });
});
