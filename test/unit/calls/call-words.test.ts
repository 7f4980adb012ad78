// What a call says: nothing an agent chose can mention anybody, since a new post notifies everybody whose name or keyword is in its text.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import { endWords, heldWords, messageOf, waitOutcome, waitWords } from '../../../src/calls/call-words.ts';
import { digestMessage } from '../../../src/calls/digest/digest-table.ts';
import type { Wait } from '../../../src/core/waiting.ts';
import { rounds } from '../../support/rounds.ts';
import { ATTACKS, hostileText } from '../boxes/render/hostile.ts';
import { harmsOf, serverWords } from '../boxes/render/judges/harms.ts';
import { START, treeOf } from '../boxes/render/trees.ts';

const same = (text: string): string => text;
const NOW = START + 60_000;

/** Every message there is, with that text wherever an agent or a source has a say. */
function messagesWith(text: string): string[] {
  const tree = treeOf({ session: { agentId: text, label: text } });
  const coding = treeOf({ session: { agentId: text, label: text, sessionId: text, address: `claude-code:/home/${text}` } });
  const wait: Wait = {
    waitId: 'w',
    boxId: 'b',
    on: 'approval',
    text,
    since: START,
    until: NOW + 60_000,
    who: text,
    copy: [text, text],
    link: text,
  };
  const failed = { state: 'error', final: true, reason: text, endedAt: NOW } as const;
  const words = [tree, coding].flatMap((of) => [waitWords(of, wait, { now: NOW, redact: same }), endWords(of, failed, same)]);
  const pointer = { target: { channelId: 'c' }, mentions: '', pointer: 'In channel `c`.' };
  return words.flatMap((each) => [
    messageOf({ words: each }),
    messageOf({ words: each, outcome: waitOutcome('allowed_once', text, 1_000) }),
    messageOf({ words: each, address: pointer }),
  ]);
}

function digestWith(text: string): string {
  return digestMessage([{ agentId: text, end: 'done', waitedMs: 0, tokens: 1, costUsd: 0, findings: 0 }], 'now', same);
}

const OWN_WORDS = new Set([...messagesWith('x'), digestWith('x'), 'agent'].flatMap(serverWords));

/** What the server compares with names and keywords, and is none of our own words. */
function foreignWords(message: string): string[] {
  return serverWords(message).filter((word) => !OWN_WORDS.has(word));
}

describe('nothing that an agent wrote', () => {
  it('does harm in a call, or reaches anybody', () => {
    for (const message of ATTACKS.flatMap(messagesWith)) {
      expect(
        harmsOf(message).filter((harm) => !harm.endsWith(': strong')),
        message,
      ).toEqual([]); // the outcome is bold
      expect(foreignWords(message), message).toEqual([]);
    }
  });

  it('reaches anybody from a call or a digest, whatever it is', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const message of [...messagesWith(text), digestWith(text)]) expect(foreignWords(message), message).toEqual([]);
      }),
      { numRuns: rounds({ inCheck: 300, thorough: 5_000 }) },
    );
  });

  it('is in a call for another channel, but for the name of the agent', () => {
    const wait: Wait = { waitId: 'w', boxId: 'b', on: 'approval', text: 'rm -rf secret', since: START, copy: ['@main /approve 1 secret'] };
    const words = waitWords(treeOf(), wait, { now: NOW, redact: same });
    const address = { target: { channelId: 'ops' }, mentions: '@alice ', pointer: 'In channel `town`.' };
    expect(messageOf({ words, address })).toBe('@alice `main` waits for approval. In channel `town`.');
    expect(messageOf({ words, address, outcome: 'expired' })).toBe('@alice **expired** · `main` waited for approval. In channel `town`.');
  });

  it('is no title of a task and no label of a session in another channel', () => {
    const wait: Wait = { waitId: 'w', boxId: 'b', on: 'answer', text: 'which?', since: START };
    const tree = treeOf({ session: { title: 'pay the secret bill', label: 'secret label' } });
    const words = waitWords(tree, wait, { now: NOW, redact: same });
    const address = { target: { channelId: 'ops' }, mentions: '', pointer: 'In channel `town`.' };
    expect(messageOf({ words })).toContain('secret');
    expect(messageOf({ words, address })).toBe('`main` waits for an answer. In channel `town`.');
    const ended = endWords(tree, { state: 'done', final: true, endedAt: NOW }, same);
    expect(messageOf({ words: ended, address })).not.toContain('secret');
  });

  it('is told before it is redacted', () => {
    const wait: Wait = { waitId: 'w', boxId: 'b', on: 'answer', text: 'use hunter2', since: START, copy: ['say hunter2'] };
    const redact = (text: string): string => text.replaceAll('hunter2', '***');
    const words = waitWords(treeOf({ session: { agentId: 'hunter2' } }), wait, { now: NOW, redact });
    const failed = endWords(treeOf(), { state: 'error', final: true, reason: 'hunter2', endedAt: NOW }, redact);
    expect(messageOf({ words }) + messageOf({ words: failed })).not.toContain('hunter2');
  });
});

it.each<[Pick<CallRecord, 'words' | 'outcome'>, string]>([
  [
    {
      words: waitWords(
        treeOf(),
        waitOf({ until: NOW + 29 * 60_000, copy: ['@main /approve 49b6f438 allow-once', '@main /approve 49b6f438 deny'] }),
        { now: NOW, redact: same },
      ),
    },
    '`main` waits for approval (expires in 29m): `rm -rf build`\n`@main /approve 49b6f438 allow-once`\n`@main /approve 49b6f438 deny`',
  ],
  [
    { words: waitWords(treeOf(), waitOf({ copy: ['yes'] }), { now: NOW, redact: same }), outcome: waitOutcome('denied', 'alice', 192_000) },
    '**answered: denied by `alice` after 3m 12s** · `main` waited for approval: `rm -rf build`',
  ],
  [{ words: endWords(treeOf(), { state: 'done', final: true, endedAt: START + 1_320_000 }, same) }, '`main`: done after 22m'],
  [
    {
      words: endWords(treeOf(), { state: 'error', final: true, reason: 'no credit', endedAt: START + 420_000 }, same),
      outcome: 'it goes on',
    },
    '**it goes on** · `main`: failed after 7m: `no credit`',
  ],
  [{ words: heldWords(3, 6) }, '3 more calls were held back, because 6 calls an hour are the limit; the boxes show what they were about'],
])('a call reads well: %#', (call, text) => expect(messageOf(call)).toBe(text));

function waitOf(parts: Partial<Wait>): Wait {
  return { waitId: 'w', boxId: 'b', on: 'approval', text: 'rm -rf build', since: START, ...parts };
}
