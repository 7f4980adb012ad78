import { describe, expect, it } from 'vitest';
import { callLine, decodeLines, factsOf, resultLine } from './transcript-lines.ts';

const SPAWNED = { status: 'accepted', childSessionKey: 'agent:main:subagent:F96FFC9F', runId: 'r' };
const ENOENT = '{\n  "status": "error",\n  "tool": "read",\n  "error": "ENOENT: no such file"\n}';

function outcomeOf(fields: Parameters<typeof resultLine>[0]): unknown {
  const ended = decodeLines(resultLine(fields)).events.find((event) => event.type === 'tool_ended');
  return ended?.type === 'tool_ended' ? ended.outcome : undefined;
}

describe('the outcome of a tool call', () => {
  it.each<[string, Parameters<typeof resultLine>[0], object]>([
    [
      'a finished command',
      { details: { status: 'completed', exitCode: 0, durationMs: 1024 }, text: 'error: none' },
      { kind: 'ok', durationMs: 1024 },
    ],
    ['a tool without details', { toolName: 'write', text: 'Successfully wrote 18 bytes' }, { kind: 'ok' }],
    [
      'exit code 3 (2026.2: no error)',
      { details: { status: 'completed', exitCode: 3 }, text: 'listing\nls: cannot access x\n\n(Command exited with code 3)' },
      { kind: 'failed', exitCode: 3, detail: 'ls: cannot access x' },
    ],
    [
      'exit code 3 (2026.7: error)',
      { details: { status: 'completed', exitCode: 3 }, text: 'oops', isError: true },
      { kind: 'failed', exitCode: 3, detail: 'oops' },
    ],
    [
      'an exit code that only the text has',
      { details: {}, text: 'oops\n\n(Command exited with code 127)' },
      { kind: 'failed', exitCode: 127, detail: 'oops' },
    ],
    [
      'trimmed details',
      { details: { persistedDetailsTruncated: true, status: 'completed', exitCode: 2 } },
      { kind: 'failed', exitCode: 2 },
    ],
    [
      'a missing file (2026.2)',
      { toolName: 'read', details: { status: 'error', error: 'ENOENT: no such file' } },
      { kind: 'failed', detail: 'ENOENT: no such file' },
    ],
    [
      'a missing file, only in the text',
      { toolName: 'read', text: ENOENT, isError: true },
      { kind: 'failed', detail: 'ENOENT: no such file' },
    ],
    ['a refused call', { details: { status: 'forbidden', error: 'restricted' } }, { kind: 'failed', detail: 'restricted' }],
    [
      'a command out of time',
      { details: { status: 'failed', exitReason: 'overall-timeout' }, text: 'tick\n\nCommand timed out after 3 s', isError: true },
      { kind: 'failed', detail: 'Command timed out after 3 s' },
    ],
    ['an abort in a history without details (2026.4)', { details: {}, text: 'Command aborted by signal SIGTERM' }, { kind: 'aborted' }],
    [
      'a kill in a history without details (2026.4)',
      { details: {}, text: 'tick 1\n\nCommand aborted by signal SIGKILL' },
      { kind: 'failed', detail: 'Command aborted by signal SIGKILL' },
    ],
    ['an abort (2026.2)', { details: {}, text: 'tick 1\n\nCommand aborted by signal SIGTERM', isError: true }, { kind: 'aborted' }],
    [
      'an abort (2026.7)',
      { details: { status: 'failed', exitSignal: 'SIGTERM', exitReason: 'manual-cancel' }, isError: true },
      { kind: 'aborted' },
    ],
    [
      'a command that something else ended (2026.7)',
      { details: { status: 'failed', exitReason: 'signal' }, text: 'Command aborted by signal SIGTERM', isError: true },
      { kind: 'failed', detail: 'Command aborted by signal SIGTERM' },
    ],
    ['an operation that was aborted (2026.6)', { details: {}, text: 'Operation aborted', isError: true }, { kind: 'aborted' }],
    ['one that says by whom', { details: {}, text: 'Reply operation aborted by user', isError: true }, { kind: 'aborted' }],
    ['one in other words', { details: {}, text: 'tick 1\nThe operation was aborted.', isError: true }, { kind: 'aborted' }],
    ['a cancelled tool', { details: { status: 'cancelled' } }, { kind: 'aborted' }],
    [
      'a command killed by the kernel',
      { details: {}, text: 'Command aborted by signal SIGKILL', isError: true },
      { kind: 'failed', detail: 'Command aborted by signal SIGKILL' },
    ],
    [
      'a command that prints an abort',
      { details: { status: 'completed', exitCode: 0 }, text: 'Command aborted by signal SIGTERM' },
      { kind: 'ok' },
    ],
    [
      'a background command',
      { details: { status: 'running', sessionId: 'clear-wharf', pid: 9889 } },
      { kind: 'background', handle: 'clear-wharf' },
    ],
    ['a look at a background command', { toolName: 'process', details: { status: 'running', sessionId: 'clear-wharf' } }, { kind: 'ok' }],
    [
      'a stopped background command (2026.2 says failed)',
      { toolName: 'process', details: { status: 'failed' }, text: 'Killed session clear-wharf.' },
      { kind: 'ok' },
    ],
  ])('%s', (_what, fields, outcome) => {
    expect(outcomeOf(fields)).toEqual(outcome);
  });

  const approval = (status: string) => ({ details: { status }, text: 'This command needs an approval.' });
  const search = (json: object) => ({ toolName: 'web_search', text: JSON.stringify(json, undefined, 2) });

  it.each<[string, Parameters<typeof resultLine>[0], string | undefined]>([
    ['nobody can approve', approval('approval-unavailable'), 'it needs an approval that nobody can give'],
    ['waits for an approval', approval('approval-pending'), 'it waits for an approval and did not run'],
    ['was not approved in time', approval('approval-timeout'), 'nobody approved it in time'],
    ['a person denied', approval('denied'), 'This command needs an approval.'],
    ['another spelling of a time-out', { toolName: 'sessions_send', details: { status: 'timed_out', error: 'no reply' } }, 'no reply'],
    ['a time-out', { toolName: 'sessions_send', details: { status: 'timeout', error: 'no reply in 30 s' } }, 'no reply in 30 s'],
    ['a time-out, only in the text', { toolName: 'sessions_send', text: '{"status":"timeout","error":"no reply"}' }, 'no reply'],
    ['an error without a mark', search({ error: 'missing_key', message: 'The search needs a key.' }), 'The search needs a key.'],
    ['an error in the details', { toolName: 'web_search', details: { error: 'The search needs a key.' } }, 'The search needs a key.'],
    ['an error with parts', search({ error: { code: 4, message: 'The search needs a key.' } }), 'The search needs a key.'],
    ['a list of errors', search({ errors: [{ message: 'no' }] }), 'no'],
    ['ok: false', { toolName: 'message', details: { ok: false, reason: 'channel is archived' } }, 'channel is archived'],
    ['success: false', { toolName: 'acme', text: '{"success":false,"message":"no seat left"}' }, 'no seat left'],
    ['isError inside', { toolName: 'mcp__a__b', text: '{"isError":true,"message":"no seat left"}' }, 'no seat left'],
    ['a status of HTTP', { toolName: 'acme', text: '{"statusCode":503,"message":"away"}' }, 'away'],
    [
      'an unavailable service',
      { toolName: 'memory_search', details: { results: [], status: 'unavailable', error: 'no index' } },
      'no index',
    ],
    ['words of an error', { toolName: 'mcp__a__b', text: 'MCP error -32602: no such tool' }, 'MCP error -32602: no such tool'],
    ['an exit code in its own words', { text: 'oops\n\nProcess exited with code 2.' }, 'oops'],
    ['an exit code in front', { toolName: 'bash', text: 'Exit code 1\nls: cannot access x' }, 'ls: cannot access x'],
    ['an exit status', { toolName: 'bash', text: 'make: error\nexit status: 2' }, 'make: error'],
    ['has no access', { toolName: 'acme', text: '{"status":"no_access","message":"ask her"}' }, 'ask her'],
    ['could not reach what it needs', { toolName: 'acme', text: '{"status":"unreachable","reason":"no route"}' }, 'no route'],
    ['names its failure in a sentence', { toolName: 'acme', text: '{"status":"Failed to connect"}' }, '{"status":"Failed to connect"}'],
    ['has a compound for it', { toolName: 'acme', details: { status: 'budget_exceeded', reason: 'no money' } }, 'no money'],
    ['says no in a word', { toolName: 'acme', text: '{"success":"false","message":"no seat left"}' }, 'no seat left'],
    ['has its error inside of its result', { toolName: 'acme', text: '{"result":{"error":"no seat left"}}' }, 'no seat left'],
    ['says in words that it failed', { toolName: 'acme', text: 'Failed to fetch: 503' }, 'Failed to fetch: 503'],
    ['says in words that it could not', { toolName: 'acme', text: 'Unable to reach the printer.' }, 'Unable to reach the printer.'],
    ['does not exist', { toolName: 'acme', text: 'Unknown tool: acme' }, 'Unknown tool: acme'],
    ['fell over', { toolName: 'acme', text: 'Traceback (most recent call last):\n  File "x"\nValueError: y' }, 'ValueError: y'],
    ['was denied, without details', { text: 'Exec denied (gateway id=1): allowlist-miss' }, 'Exec denied (gateway id=1): allowlist-miss'],
    [
      'waits for an approval, without details',
      { text: 'Approval required (id 1). Approve to run; updates will arrive after completion.' },
      'Approval required (id 1). Approve to run; updates will arrive after completion.',
    ],
    [
      'failed to read, without details',
      { toolName: 'read', text: '{"status":"error","tool":"read","error":"ENOENT: no such file"}' },
      'ENOENT: no such file',
    ],
    ['a signal', { details: { status: 'completed', exitSignal: 'SIGKILL' }, text: 'Killed' }, 'Killed'],
  ])('is a failure of a call that %s', (_what, fields, detail) => {
    const outcome = outcomeOf(fields) as { kind: string; detail?: string };
    expect(outcome.kind).toBe('failed');
    expect(outcome.detail?.replace(/\s+/g, ' ')).toBe(detail);
  });

  it.each<[string, Parameters<typeof resultLine>[0]]>([
    ['a command that prints an error object', { details: { status: 'completed', exitCode: 0 }, text: '{"error":"x"}' }],
    ['a command that prints an exit code', { details: { status: 'completed', exitCode: 0 }, text: 'tests\nexit code: 3' }],
    ['a command whose trimmed details say that it was completed', { details: { status: 'completed' }, text: 'exit code: 3' }],
    ['a command that ends well in words', { toolName: 'bash', text: 'Process exited with code 0.' }],
    ['a file that holds an error object', { toolName: 'read', text: '{"error":"x","status":"failed"}' }],
    ['a page about errors', { toolName: 'web_fetch', details: { status: 200 }, text: 'Error: what it means' }],
    ['an object that says that there was no error', { toolName: 'acme', text: '{"error":null,"errors":[],"ok":true}' }],
    ['an accepted spawn', { toolName: 'sessions_spawn', details: { status: 'accepted' } }],
    ['a list of failed jobs', { toolName: 'cron', text: '{"jobs":[{"status":"failed","error":"x"}]}' }],
    ['prose about errors', { toolName: 'acme', text: 'There is no error: all is well' }],
    ['a command that prints the words of a denial', { details: { status: 'completed', exitCode: 0 }, text: 'Exec denied (x)' }],
    ['a file that holds the error of another tool', { toolName: 'read', text: '{"status":"error","tool":"acme","error":"x"}' }],
    ['an object with an error among its data', { toolName: 'acme', text: '{"ok":true,"data":{"error":"n"}}' }],
    ['a report that nothing failed', { toolName: 'acme', text: '{"status":"none_failed"}' }],
    ['prose that begins like a failure', { toolName: 'acme', text: 'Failed builds: none' }],
    ['a look at a command that timed out', { toolName: 'process', details: { status: 'timeout' } }],
  ])('is success of %s', (_what, fields) => {
    expect(outcomeOf(fields)).toMatchObject({ kind: 'ok' });
  });

  it('is not known of a call that the gateway answered itself because nobody did', () => {
    const text = '[openclaw] missing tool result in session history; inserted synthetic error result for transcript repair.';
    expect(factsOf(resultLine({ text, isError: true }))).toEqual([]);
  });

  it('has a detail that is redacted in full and cut to 160 code points', () => {
    const outcome = outcomeOf({ isError: true, text: `${'x'.repeat(150)} error hush-abcdefgh` });
    expect(outcome).toEqual({ kind: 'failed', detail: `${'x'.repeat(150)} error [m…` });
  });
});

describe('a result of the spawn tool', () => {
  const spawn = callLine('sessions_spawn', { task: 'count', label: 'file-counter hush-abc' });

  it.each<[string, Parameters<typeof resultLine>[0]]>([
    ['in its details', { details: SPAWNED }],
    ['only in its text', { text: JSON.stringify(SPAWNED, undefined, 2) }],
  ])('names the child %s', (_where, fields) => {
    expect(factsOf(spawn, resultLine({ toolName: 'sessions_spawn', ...fields })).slice(2)).toEqual([
      { type: 'tool_ended', callId: 'call1', tool: 'sessions_spawn', outcome: { kind: 'ok' } },
      { type: 'child_spawned', callId: 'call1', childKey: 'agent:main:subagent:f96ffc9f', label: 'file-counter [masked]' },
    ]);
  });

  it('says that it knows only the beginning of a key whose end OpenClaw has masked', () => {
    const details = { ...SPAWNED, childSessionKey: 'agent:main:subagent:894af129-ef2d-47ab-b5***' };
    expect(factsOf(resultLine({ toolName: 'sessions_spawn', details }))[1]).toEqual({
      type: 'child_spawned',
      callId: 'call1',
      childKey: 'agent:main:subagent:894af129-ef2d-47ab-b5',
      isPart: true,
    });
  });

  it('has no label when its call was not seen', () => {
    expect(factsOf(resultLine({ toolName: 'sessions_spawn', details: SPAWNED }))[1]).toEqual({
      type: 'child_spawned',
      callId: 'call1',
      childKey: 'agent:main:subagent:f96ffc9f',
    });
  });

  it.each<[string, Parameters<typeof resultLine>[0]]>([
    ['a refusal', { toolName: 'sessions_spawn', details: { status: 'forbidden', error: 'no' } }],
    [
      'a sub-agent that could not be begun (2026.4)',
      { toolName: 'sessions_spawn', text: JSON.stringify({ ...SPAWNED, status: 'error', error: 'gateway timeout after 10000ms' }) },
    ],
    ['a key that is none', { toolName: 'sessions_spawn', details: { childSessionKey: 'main' } }],
    ['the output of a command', { toolName: 'exec', text: JSON.stringify(SPAWNED) }],
  ])('names no child from %s', (_what, fields) => {
    expect(factsOf(resultLine(fields))).toHaveLength(1);
  });
});

describe('a result of the process tool', () => {
  it.each<[string, Parameters<typeof resultLine>[0], object[]]>([
    [
      'a poll of a finished command',
      { details: { status: 'failed', sessionId: 'clear-wharf', exitCode: 1 } },
      [{ handle: 'clear-wharf', exitCode: 1 }],
    ],
    ['a poll of a running one', { details: { status: 'running', sessionId: 'clear-wharf' } }, []],
    [
      'a list',
      {
        details: {
          status: 'completed',
          sessions: [{ sessionId: 'a', status: 'running' }, { sessionId: 'b', status: 'completed', exitCode: 0 }, 7],
        },
      },
      [{ handle: 'b', exitCode: 0 }],
    ],
    ['a kill', { details: { status: 'failed' }, text: 'Killed session clear-wharf.' }, [{ handle: 'clear-wharf' }]],
    [
      'a kill (2026.7)',
      { details: { status: 'completed' }, text: 'Termination requested for session clear-wharf.' },
      [{ handle: 'clear-wharf' }],
    ],
  ])('tells of the ends that %s shows', (_what, fields, ended) => {
    const facts = factsOf(resultLine({ toolName: 'process', ...fields })).slice(1);
    expect(facts).toEqual(ended.map((end) => ({ type: 'background_ended', ...end })));
  });
});

describe('a tool result', () => {
  it('of the yield tool ends the run until the sub-agents report', () => {
    const facts = factsOf(resultLine({ toolName: 'sessions_yield', details: { status: 'yielded', message: 'waiting' } }));
    expect(facts[1]).toEqual({ type: 'run_ended', outcome: 'yielded' });
    expect(factsOf(resultLine({ toolName: 'sessions_yield', details: { status: 'error', error: 'no' } }))).toHaveLength(1);
  });

  it('takes the tool name from its call when it has none', () => {
    const facts = factsOf(callLine('read', {}), resultLine({ toolName: '' }));
    expect(facts[2]).toEqual({ type: 'tool_ended', callId: 'call1', tool: 'read', outcome: { kind: 'ok' } });
  });

  it('without a call says nothing', () => {
    expect(factsOf(resultLine({ toolCallId: '' }))).toEqual([]);
  });
});
