import { describe, expect, it } from 'vitest';
import { agentBots, webAddress } from '../../../src/config/calling-forms.ts';
import type { TextForm } from '../../../src/config/setting.ts';
import { valueOf, wrongWith } from '../../support/decoded-form.ts';

function decode<T>(form: TextForm<T>, text: string): T | 'wrong' {
  return wrongWith(form, text) === undefined ? valueOf(form, text) : 'wrong';
}

describe('the bots of agents', () => {
  it.each([
    ['OpenClaw', [[undefined, 'openclaw']]],
    ['@openclaw', [[undefined, 'openclaw']]],
    [
      'openclaw, Careful=@careful-bot',
      [
        [undefined, 'openclaw'],
        ['careful', 'careful-bot'],
      ],
    ],
  ])('%s are %j, and are written as they are read', (text, bots) => {
    const form = agentBots();
    const read = decode(form, text);
    expect(read).toEqual(bots);
    if (read !== 'wrong') expect(decode(form, form.encode(read))).toEqual(bots);
  });

  it.each(['all', '@channel', 'main=here', 'a=b=c', 'two words', '=bot', 'a, b', 'main=a,main=b', '`x`', ''])('%j is refused', (text) => {
    expect(decode(agentBots(), text)).toBe('wrong');
  });
});

describe('the address of the Control UI', () => {
  it.each([
    ['https://ui.example.org/', 'https://ui.example.org'],
    ['http://127.0.0.1:18789/claw/', 'http://127.0.0.1:18789/claw'],
  ])('%s is kept as %s', (text, address) => expect(decode(webAddress('x'), text)).toBe(address));

  it.each([
    'ui.example.org',
    'javascript:alert(1)',
    'ws://ui.example.org',
    'https://u:p@ui.example.org',
    'https://ui.example.org/?token=x',
    'https://ui.example.org/#t',
  ])('%s is refused, since everybody would see it', (text) => expect(decode(webAddress('x'), text)).toBe('wrong'));
});
