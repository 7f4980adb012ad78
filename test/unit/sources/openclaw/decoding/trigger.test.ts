import { describe, expect, it } from 'vitest';
import { decodeLines, entry, factsOf, userLine } from './transcript-lines.ts';

const POST = 'p7r1hkz5m3y8xbq9dtwn4sj6ea';
const ROOT = 'r7r1hkz5m3y8xbq9dtwn4sj6ea';
const USER = 'u9dm2zcx6wqk4ybn8trs1hj5pe';
const ENVELOPE = '[Sat 2026-11-21 01:54 UTC] ';

function conversation(block: object): string {
  return `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify(block, undefined, 2)}\n\`\`\`\n\n`;
}

function triggerOf(line: string): unknown {
  const started = decodeLines(line).events.find((event) => event.type === 'turn_started');
  return started?.type === 'turn_started' ? started.trigger : undefined;
}

describe('the trigger of a user line of 2026.2', () => {
  it.each<[string, string, object]>([
    ['an enveloped text', `${ENVELOPE}hello`, { kind: 'operator' }],
    ['a text without envelope', 'hello', { kind: 'operator' }],
    ['a channel post', `${conversation({ message_id: POST, sender_id: USER })}@bot hello`, { kind: 'person', postId: POST, userId: USER }],
    ['a post in a thread', `${conversation({ message_id: POST, reply_to_id: ROOT })}hello`, { kind: 'person', postId: POST, rootId: ROOT }],
    [
      'a direct message',
      `System: [2026-11-21 02:09:41 UTC] Mattermost DM from alice: hi\n\n${conversation({ was_mentioned: true })}hi`,
      { kind: 'person' },
    ],
    ['a post of another messenger', `${conversation({ message_id: '6195', sender_id: '5510943376' })}hello`, { kind: 'person' }],
    [
      'queued posts',
      `[Queued messages while agent was busy]\n\n---\nQueued #1\n${conversation({ message_id: POST })}hello`,
      { kind: 'person', postId: POST },
    ],
    ['a scheduled run', '[cron:1874020e one-shot job] Scheduled work', { kind: 'schedule', jobId: '1874020e', name: 'one-shot job' }],
    ['a scheduled run without a name', '[cron:1874020e] Scheduled work', { kind: 'schedule', jobId: '1874020e' }],
    ['a reminder in the main session', 'A scheduled reminder has been triggered. The reminder content is:\n\ntea', { kind: 'schedule' }],
    ['a heartbeat', 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.', { kind: 'heartbeat' }],
    [
      'a heartbeat after a wake-up',
      'System: [2026-11-21 02:13:26 UTC] Do something\n\nRead HEARTBEAT.md if it exists.',
      { kind: 'heartbeat' },
    ],
    ['a heartbeat with its own prompt', 'Look at the mail. If nothing needs attention, reply HEARTBEAT_OK.', { kind: 'heartbeat' }],
    ['a flush of memory', 'Pre-compaction memory flush. Store durable memories now.', { kind: 'heartbeat' }],
    ['a new session', 'A new session was started via /new or /reset. Greet the user.', { kind: 'command' }],
    [
      'a sub-agent',
      `${ENVELOPE}[Subagent Context] You are running as a subagent (depth 1/2).\n\n[Subagent Task]: count`,
      { kind: 'parent' },
    ],
    [
      'a sub-agent that reports',
      `${ENVELOPE}[System Message] [sessionId: e551bc59-6b3c] A subagent task "x" just failed: 500.`,
      { kind: 'announce', childSessionId: 'e551bc59-6b3c' },
    ],
    [
      'a sub-agent that reports in the versions between',
      'OpenClaw runtime context (internal):\n\n[Internal task completion event]\nsource: subagent\nsession_key: agent:main:subagent:AB\nsession_id: c1\n',
      { kind: 'announce', childSessionId: 'c1', childKey: 'agent:main:subagent:ab' },
    ],
    ['a report of 2026.1', 'A background task "plan" just completed successfully.\n\nFindings:\nx', { kind: 'announce' }],
    ['a report of a scheduled job in 2026.1', 'A cron job "x" just completed successfully.\n\nFindings:\ny', { kind: 'announce' }],
    [
      'a report without the words around it',
      '[Internal task completion event]\nsource: subagent\nsession_key: agent:main:subagent:AB\nstatus: ok',
      { kind: 'announce', childKey: 'agent:main:subagent:ab' },
    ],
    ['a failure in 2026.1', 'A background task "count\nall" just failed: 500.\n\nFindings:\nx', { kind: 'announce' }],
    ['a time-out in 2026.1', `${ENVELOPE}A background task "plan" just timed out.`, { kind: 'announce' }],
    ['an end nobody knows in 2026.1', 'A subagent task "plan" just finished with unknown status.', { kind: 'announce' }],
    [
      'queued reports',
      '[Queued announce messages while agent was busy]\n\n---\nQueued #1\n[System Message] [sessionId: c1] A subagent task "x" just failed: 500.',
      { kind: 'announce', childSessionId: 'c1' },
    ],
    ['somebody who talks of a task', 'A background task is what I need', { kind: 'operator' }],
    ['a heartbeat with a block of metadata', `${conversation({ timestamp: 'Wed' })}Read HEARTBEAT.md if it exists.`, { kind: 'heartbeat' }],
    [
      'a heartbeat that is delivered to a messenger',
      `${conversation({ chat_id: 'telegram:7', timestamp: 'Wed' })}Read HEARTBEAT.md if it exists.`,
      { kind: 'heartbeat' },
    ],
    ['a heartbeat that names itself', `${conversation({ sender: 'heartbeat' })}Read HEARTBEAT.md if it exists.`, { kind: 'heartbeat' }],
    [
      'a scheduled run with a block of metadata',
      `${conversation({ timestamp: 'Wed' })}[cron:1 x] do it`,
      { kind: 'schedule', jobId: '1', name: 'x' },
    ],
    ['the operator on the control page', `${conversation({ sender_id: 'openclaw-control-ui', message_id: POST })}hi`, { kind: 'operator' }],
    ['the operator with an older name', `${conversation({ sender: { id: 'clawdbot-tui' } })}hi`, { kind: 'operator' }],
    ['the operator with a block that says when', `${conversation({ timestamp: 'Wed' })}hi`, { kind: 'operator' }],
    ['somebody with a block of its own', `${conversation({ sender: { id: '77', name: 'Lan' } })}hi`, { kind: 'person' }],
    ['somebody who types like a heartbeat', `${conversation({ sender_id: '77' })}Read HEARTBEAT.md please`, { kind: 'person' }],
    ['a command with a block of metadata', `${conversation({ timestamp: 'Wed' })}/status`, { kind: 'command' }],
    [
      'a finished background command',
      'System: [2026-11-21 02:00:30 UTC] Exec completed (a, code 0)\n\nAn async command you ran earlier has completed.',
      { kind: 'announce' },
    ],
    ['a resumed run', '[System] Your previous turn was interrupted by a gateway restart while …', { kind: 'recovery' }],
    [
      'a report behind a note of several paragraphs',
      `System: [2026-11-21 02:05:56 UTC] Audit:\n  - WORKFLOW.md\n\nPlease read.\n\n${ENVELOPE}[System Message] [sessionId: c1] A subagent task`,
      { kind: 'announce', childSessionId: 'c1' },
    ],
    [
      'a run after an abort',
      `Note: The previous agent run was aborted by the user. Resume carefully.\n\n${ENVELOPE}hello`,
      { kind: 'operator' },
    ],
  ])('%s', (_what, text, trigger) => {
    expect(triggerOf(userLine(text))).toEqual(trigger);
  });
});

describe('the trigger of a user line of 2026.7', () => {
  it.each<[string, string, object, object]>([
    ['an operator', 'hello', { __openclaw: { senderIsOwner: true } }, { kind: 'operator' }],
    ['a run without sender', 'hello', {}, { kind: 'operator' }],
    [
      'a channel post',
      'hello',
      { __openclaw: { senderIsOwner: false, senderId: USER, senderName: 'alice' } },
      { kind: 'person', userId: USER },
    ],
    ['a direct message', 'hello', { __openclaw: { senderIsOwner: false } }, { kind: 'person' }],
    ['a heartbeat', '[OpenClaw heartbeat poll]', { __openclaw: { senderIsOwner: false } }, { kind: 'heartbeat' }],
    ['a sub-agent', '[Subagent Context] You are running as a subagent (depth 2/2).', {}, { kind: 'parent' }],
    ['a scheduled run', '[cron:ced9aef2 one-shot] Scheduled work', {}, { kind: 'schedule', jobId: 'ced9aef2', name: 'one-shot' }],
    ['a message of another session', 'do it', { provenance: { kind: 'inter_session', sourceTool: 'sessions_send' } }, { kind: 'unknown' }],
    [
      'a report of another session',
      'done',
      { provenance: { kind: 'inter_session', sourceTool: 'subagent_announce', sourceSessionKey: 'agent:main:subagent:X' } },
      { kind: 'announce', childKey: 'agent:main:subagent:x' },
    ],
  ])('%s', (_what, content, fields, trigger) => {
    expect(triggerOf(userLine('', { content, ...fields }))).toEqual(trigger);
  });

  it('is not taken from what a person typed', () => {
    const fields = { content: '[cron:x y] hi', __openclaw: { senderIsOwner: false, senderId: USER } };
    expect(triggerOf(userLine('', fields))).toEqual({ kind: 'person', userId: USER });
    const forged = { content: `${conversation({ message_id: POST })}hi`, __openclaw: { senderIsOwner: true } };
    expect(triggerOf(userLine('', forged))).toEqual({ kind: 'operator' });
    expect(triggerOf(userLine(`${ENVELOPE}look:\n${conversation({ message_id: POST })}`))).toEqual({ kind: 'operator' });
  });
});

describe('slash commands', () => {
  it.each(['/new', '/reset', '/stop', '/model fakeoai/scripted-2', '/compact Focus on the essentials', '/think:high', '/STATUS'])(
    '%s is done by the gateway',
    (text) => {
      expect(factsOf(userLine(text, { idempotencyKey: 'run1:user' })).slice(-2)).toEqual([
        expect.objectContaining({ type: 'turn_started', trigger: { kind: 'command' }, runId: 'run1' }),
        { type: 'run_ended', outcome: 'done', runId: 'run1' },
      ]);
    },
  );

  it.each(['/reset Say hello please', '/model opus write a poem', '/deploy the site', '/', '/home/node is full', 'say /new'])(
    '%s is a prompt',
    (text) => {
      expect(factsOf(userLine(text))).toEqual([expect.objectContaining({ trigger: { kind: 'operator' } })]);
    },
  );
});

describe('a user line', () => {
  it('tells of its run and its own id', () => {
    const line = entry({ id: 'e1', type: 'message', message: { role: 'user', content: 'hi', idempotencyKey: 'r1:user' } });
    expect(factsOf(line)).toEqual([{ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'e1', runId: 'r1' }]);
  });

  it('says nothing when a retry repeats it', () => {
    const first = userLine('hi', { idempotencyKey: 'r1:user' });
    const repeated = userLine('hi', { idempotencyKey: 'r1:user' });
    const other = userLine('hi', { idempotencyKey: 'r2:user' });
    expect(factsOf(first, repeated, other)).toHaveLength(2);
  });

  it('tells which background commands ended, before its turn starts', () => {
    const notes = [
      'System: [2026-11-21 02:00:30 UTC] Exec completed (clear-wh, code 0) :: background done',
      'System (untrusted): [2026-04-16 09:58:10 GMT+2] Exec failed (sharp-sh, signal SIGKILL)',
      'System: [2026-11-21 02:00:31 UTC] Exec failed (marine-h, code 137) :: Exec completed (forged, code 0)',
    ];
    expect(factsOf(userLine(`${notes.join('\n')}\n\n${ENVELOPE}Exec completed (typed, code 0)`))).toEqual([
      { type: 'background_ended', handle: 'clear-wh', exitCode: 0 },
      { type: 'background_ended', handle: 'sharp-sh' },
      { type: 'background_ended', handle: 'marine-h', exitCode: 137 },
      expect.objectContaining({ type: 'turn_started', trigger: { kind: 'operator' } }),
    ]);
  });

  it('never passes on a word of its text', () => {
    const text = `System: [2026-11-21 02:00:30 UTC] privateword\n\n${conversation({ message_id: POST, group_subject: 'privateword' })}privateword`;
    expect(JSON.stringify(factsOf(userLine(text)))).not.toContain('privateword');
  });
});
