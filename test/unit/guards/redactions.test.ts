// What is redacted of an event: only texts that somebody may see, each once.

import { describe, expect, it } from 'vitest';
import { neededArgsOf } from '../../../src/app/encoding.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createSafeText } from '../../../src/sources/openclaw/decoding/safe-text.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import { Decoding, KEY } from '../sources/openclaw/gateway/decoding.ts';
import { ACTIVE, drawTree, OPTIONS, said, treeOf } from '../boxes/render/trees.ts';
import { callLine, resultLine } from '../sources/openclaw/decoding/transcript-lines.ts';

const FILE = 'const answer = 42; // a line of code\n'.repeat(200);

interface Count {
  redact(text: string): string;
  readonly texts: string[];
}

function count(): Count {
  const texts: string[] = [];
  const redact = createRedactor([]);
  return { texts, redact: (text) => (texts.push(text), redact(text)) };
}

/** The arguments of calls, and which texts were redacted for them, with the default settings and these. */
function decode(lines: readonly string[], env: Record<string, string> = {}): { args: Record<string, string>[]; texts: string[] } {
  const read = readConfig({
    HOME: '/nowhere',
    HEALTH_PORT: '0',
    MM_URL: 'http://localhost',
    MM_TOKEN: 't',
    TRANSCRIPT_DIR: '/nowhere',
    ...env,
  });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  const { redact, texts } = count();
  const showsFailures = read.config.verbosity === 'detail';
  const decoder = createTranscriptDecoder({ redact, onUnknown: () => undefined, neededArgs: neededArgsOf(read.config), showsFailures });
  const events = lines.flatMap((line) => decoder(line).events);
  return { args: events.flatMap((event) => (event.type === 'tool_started' ? [event.args] : [])), texts };
}

const longest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));

describe('of a call that writes a file', () => {
  const line = callLine('write', { path: 'notes/1.md', content: FILE });

  it('nothing of what it writes is redacted or kept, since no box shows it', () => {
    const { args, texts } = decode([line]);
    expect(args).toEqual([{ path: 'notes/1.md' }]);
    expect(longest(texts)).toBeLessThan(64);
    expect(texts.length).toBeLessThanOrEqual(12);
  });

  it.each([{ VERBOSITY: 'detail' }, { COORDINATOR: 'on' }])('a line of it is kept with %j', (env) => {
    const [args] = decode([line], env).args;
    expect(args?.['content']).toMatch(/^const answer = 42; .*…$/);
  });

  it('a line of it is kept when the call does not say which file', () => {
    expect(decode([callLine('write', { content: FILE })]).args).toEqual([{ content: expect.stringMatching(/…$/) }]);
  });
});

it('of a call the command is kept, however long: it is what a person approves', () => {
  const [args] = decode([callLine('gateway', { action: 'run', command: FILE })]).args;
  expect(args?.['command']).toMatch(/…$/);
});

it('of a result that went well nothing but its names is redacted', () => {
  const { texts } = decode([
    callLine('read', { path: 'a.txt' }),
    resultLine({ toolName: 'read', text: FILE, details: { status: 'completed' } }),
  ]);
  expect(longest(texts)).toBeLessThan(64);
});

it('of a result that failed nothing is redacted, or in detail no more than may be shown of its reason, with a margin', () => {
  const text = `total 0\ncat: x: No such file or directory\n${FILE}`;
  const failed = [callLine('exec', { command: 'cat x' }), resultLine({ text, isError: true })];
  expect(longest(decode(failed).texts)).toBeLessThan(64);
  expect(longest(decode(failed, { VERBOSITY: 'detail' }).texts)).toBeLessThan(2_500);
});

it('of a message that comes live the calls are not redacted: events of their own bring them', () => {
  const { redact, texts } = count();
  const content = [{ type: 'toolCall', id: 'c1', name: 'write', arguments: { path: 'a.txt', content: FILE } }];
  new Decoding(redact).event('session.message', {
    sessionKey: KEY,
    messageId: 'm1',
    message: { role: 'assistant', content, stopReason: 'toolUse' },
  });
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => /const|write|c1/.test(text))).toEqual([]);
});

describe('a line of text', () => {
  it('is redacted once when nothing in it is masked', () => {
    const { redact, texts } = count();
    createSafeText(redact).line('npm run build && npm test', 300);
    expect(texts).toHaveLength(1);
  });

  it('is redacted again after its lines were joined', () => {
    const { redact, texts } = count();
    expect(createSafeText(redact).line('the password is\nTr0ub4dor-x9', 300)).not.toContain('Tr0ub4dor');
    expect(texts).toHaveLength(2);
  });
});

it('of a long answer its first line is shown, and no more is redacted than that takes', () => {
  const { redact, texts } = count();
  const text = `# Done\n\n${FILE.repeat(3)}`;
  const card = drawTree(treeOf({ turn: { lines: [said('m', text)] } }), () => ACTIVE, { ...OPTIONS, redact });
  expect(card.lines).toEqual(['Done']);
  expect(longest(texts)).toBeLessThan(1_700);
});
