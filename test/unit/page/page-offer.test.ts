import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pageOffer } from '../../../src/app/page-offer.ts';
import { otherPeople } from '../../../src/process/other-people.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

const LOOPBACK = { page: 'auto', healthPort: 9_090, healthHost: '127.0.0.1', healthToken: undefined } as const;
const TOKEN = { healthToken: 'a token' };

it.each([
  ['nobody else can log in', LOOPBACK, [], true],
  ['others can log in', LOOPBACK, ['alice'], false],
  ['nobody knows who can log in', LOOPBACK, undefined, false],
  ['others can log in, but it is wanted', { ...LOOPBACK, page: 'on' }, ['alice'], true],
  ['others can log in, but there is a token', { ...LOOPBACK, ...TOKEN }, ['alice'], true],
  ['other machines can reach it, with a token', { ...LOOPBACK, ...TOKEN, healthHost: '0.0.0.0' }, ['alice'], true],
  ['it is not wanted', { ...LOOPBACK, ...TOKEN, page: 'off' }, [], false],
  ['there is no port', { ...LOOPBACK, page: 'on', healthPort: 0 }, [], false],
] as const)('whether the page is served when %s', (_when, settings, others, isOn) => {
  expect(pageOffer(settings, () => others?.slice()).isOn).toBe(isOn);
});

it('says who can log in, and what to do', () => {
  const offer = pageOffer(LOOPBACK, () => ['alice', 'bob', 'carol', 'dave']);
  expect(offer).toMatchObject({ because: expect.stringMatching(/^alice, bob, carol and 1 more .*HEALTH_TOKEN, or PAGE=on/) as string });
});

it('counts people with a shell, not programs, not us, not root', () => {
  const passwd = join(tempFolderInMemory(), 'passwd');
  const lines = [
    'root:x:0:0:root:/root:/bin/bash',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'us:x:1000:1000::/home/us:/bin/bash',
    'alice:x:1001:1001::/home/alice:/bin/zsh',
    'locked:x:1002:1002::/home/locked:/usr/sbin/nologin',
    'empty:x:1003:1003::/home/empty:',
    'nobody:x:65534:65534:nobody:/nonexistent:/bin/sh',
    '',
  ];
  writeFileSync(passwd, lines.join('\n'));
  expect(otherPeople(passwd, 1_000, 'linux')).toEqual(['alice', 'empty']);
  expect(otherPeople(join(passwd, 'missing'), 1_000, 'linux')).toBeUndefined();
  expect(otherPeople(passwd, 1_000, 'darwin')).toBeUndefined();
});
