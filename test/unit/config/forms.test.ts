import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editBudget } from '../../../src/config/edit-budget.ts';
import { channelName, nameList } from '../../../src/config/name-forms.ts';
import { pace } from '../../../src/config/pace-form.ts';
import { folders, path } from '../../../src/config/plain-forms.ts';
import { isExposed, serverUrl } from '../../../src/config/server-url.ts';
import type { TextForm } from '../../../src/config/setting.ts';
import { valueOf, wrongWith } from '../../support/decoded-form.ts';

function decode<T>(form: TextForm<T>, text: string): T | 'wrong' {
  return wrongWith(form, text) === undefined ? valueOf(form, text) : 'wrong';
}

describe('a server address', () => {
  const form = serverUrl('https://chat.example.org');

  it.each([
    ['https://chat.example.org', 'https://chat.example.org'],
    ['https://chat.example.org/', 'https://chat.example.org'],
    ['HTTPS://Chat.Example.org:8443/team/chat//', 'https://chat.example.org:8443/team/chat'],
    ['http://localhost:8065', 'http://localhost:8065'],
  ])('%s is kept as %s', (text, url) => expect(decode(form, text)).toBe(url));

  it.each([
    'chat.example.org',
    'ftp://chat.example.org',
    'ws://chat.example.org',
    'https://',
    'https://chat.example.org/?a=1',
    'https://chat.example.org/#a',
    'https://chat.example.org/api/v4',
  ])('%s is refused', (text) => expect(decode(form, text)).toBe('wrong'));

  it.each(['https://me:hush@chat.example.org', 'https://hush@chat.example.org', 'me:hush@chat example'])(
    'with credentials is refused without quoting them: %s',
    (text) => {
      expect(decode(form, text)).toBe('wrong');
      expect(wrongWith(form, text)).not.toContain('hush');
    },
  );

  it.each([
    ['https://chat.example.org', false],
    ['http://localhost', false],
    ['http://chat.localhost:8065', false],
    ['http://127.0.0.1:8065', false],
    ['http://127.9.9.9', false],
    ['http://[::1]:8065', false],
    ['http://0.0.0.0', true],
    ['http://127.0.0.1.example.org', true],
    ['http://localhost.example.org', true],
    ['http://10.0.0.1', true],
    ['http://[::2]', true],
  ])('%s exposes a token: %s', (url, exposed) => expect(isExposed(url)).toBe(exposed));
});

describe('the pace', () => {
  it.each(['2s, 1m:5s, 5m:15s', '0ms', '1500ms, 1s:2s', '1h'])('%s is understood and written the same way', (text) => {
    const value = decode(pace(), text);
    expect(value).not.toBe('wrong');
    expect(pace().encode(value as never)).toBe(text);
  });

  it.each(['', '2', '2 seconds', '1m:5s', '2s, 5s', '2s, 5m:15s, 1m:5s', '2s, 1m:5s:6s', '2h', '2s,', '-2s'])('%j is refused', (text) =>
    expect(decode(pace(), text)).toBe('wrong'),
  );
});

describe('the edit budget', () => {
  it.each([
    ['5', 5, 20],
    ['5:20', 5, 20],
    ['5, burst 20', 5, 20],
    ['0.5', 0.5, 4],
    ['10 : 100', 10, 100],
  ])('%s is %d a second with a burst of %d', (text, perSecond, burst) => expect(decode(editBudget(), text)).toEqual({ perSecond, burst }));

  it.each(['', '0', '5:3', '5:', '5,20', '-1', '1001', 'five'])('%j is refused', (text) =>
    expect(decode(editBudget(), text)).toBe('wrong'),
  );
});

describe('names', () => {
  it('divides allowed from denied names and forgets capitals', () => {
    expect(decode(nameList(), 'Ops/*, main ,!Secret-*')).toEqual({ allow: ['ops/*', 'main'], deny: ['secret-*'] });
  });

  it('takes a star alone, beside other names too, for everything', () => {
    expect(decode(nameList(), '*')).toEqual({ allow: [], deny: [] });
    expect(decode(nameList(), '*, main, !x')).toEqual({ allow: [], deny: ['x'] });
    expect(nameList().encode({ allow: [], deny: ['x'] })).toBe('*, !x');
  });

  it.each(['a,,b', '!', 'a b', ','])('%j is refused', (text) => expect(decode(nameList(), text)).toBe('wrong'));

  it('reads a channel as an id or as team and name', () => {
    expect(decode(channelName(), 'abcdefghijklmnopqrstuvwxyz')).toEqual({ kind: 'id', id: 'abcdefghijklmnopqrstuvwxyz' });
    expect(decode(channelName(), 'Ops/town-square')).toEqual({ kind: 'name', team: 'ops', channel: 'town-square' });
  });
});

describe('a path', () => {
  it('becomes absolute, and ~ is the home directory', () => {
    const form = path('a file');
    expect(decode(form, '~/x/y')).toBe(join(homedir(), 'x', 'y'));
    expect(decode(form, '~')).toBe(homedir());
    expect(decode(form, '~x')).toBe(join(process.cwd(), '~x'));
    expect(decode(form, 'a/../b')).toBe(join(process.cwd(), 'b'));
    expect(decode(form, 'a\0b')).toBe('wrong');
  });
});

describe('several folders', () => {
  const form = folders('data folders');

  it.each([
    ['/srv/a', '/srv/a'],
    ['/srv/a/ : ~/b : /srv/a', `/srv/a:${join(homedir(), 'b')}`],
    ['data', join(process.cwd(), 'data')],
  ])('%s are kept as %s', (text, value) => expect(decode(form, text)).toBe(value));

  it.each([
    ['/srv/a::/srv/b', 'empty path'],
    [':', 'empty path'],
    ['/srv/a\0', 'NUL'],
  ])('%j is refused', (text, why) => expect(wrongWith(form, text)).toContain(why));
});
