import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, problemLine, readConfig } from '../../../src/config/config.ts';
import { effectsOf } from '../../../src/config/effects.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const home = tempFolder('fleet-access');
const CHAT = { MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token' };
const AGENTS = { TRANSCRIPT_DIR: '/agents' };
const WATCHER = { ROLE: 'watcher', FLEET_URL: 'nats://127.0.0.1:4222', ...AGENTS };
const PUBLISHER = { ROLE: 'publisher', FLEET_URL: 'nats://127.0.0.1:4222', ...CHAT };

function valid(env: NodeJS.ProcessEnv): Config {
  const result = readConfig({ HOME: home, ...env });
  if (result.kind === 'wrong') throw new Error(result.problems.map(problemLine).join('\n'));
  return result.config;
}

function problems(env: NodeJS.ProcessEnv): string {
  const result = readConfig({ HOME: home, ...env });
  return result.kind === 'wrong' ? result.problems.map(problemLine).join('\n') : '';
}

function file(name: string): string {
  writeFileSync(join(home, name), 'fake');
  return join(home, name);
}

describe('a part of a fleet', () => {
  it('is none by default: a machine alone needs no setting of a fleet', () => {
    const config = valid({ ...CHAT, ...AGENTS });
    expect(config.role).toBe('both');
    expect(config).not.toHaveProperty('fleet');
    expect(effectsOf(config)[0]).toContain('it is no part of a fleet');
  });

  it('needs no chat server where it only watches', () => {
    const config = valid(WATCHER);
    expect(config).toMatchObject({ role: 'watcher', mmUrl: '', mmToken: '', chosen: { ids: ['transcripts'] } });
    expect(config.fleet).toMatchObject({ url: 'nats://127.0.0.1:4222', server: 'main', replicas: 1, prefix: 'FLEET' });
  });

  it('needs nothing to watch where it publishes', () => {
    const config = valid({ ...PUBLISHER, FLEET_SERVER: 'chat2', FLEET_REPLICAS: '3' });
    expect(config).toMatchObject({ role: 'publisher', chosen: { ids: [] }, fleet: { server: 'chat2', replicas: 3 } });
    expect(config.chosen.because.join()).toContain('a publisher takes what the watchers of its fleet send');
  });

  it('says that a watcher uses no token', () => {
    expect(effectsOf(valid({ ...WATCHER, ...CHAT })).join('\n')).toContain('MM_TOKEN is set, and not used');
    expect(effectsOf(valid(WATCHER)).join('\n')).not.toContain('MM_TOKEN is set');
  });

  it.each([
    [
      'both beside a bus',
      { ...CHAT, ...AGENTS, FLEET_URL: 'nats://127.0.0.1:4222' },
      /ROLE is both, and FLEET_URL is set; expected watcher/,
    ],
    ['a watcher without a bus', { ...AGENTS, ROLE: 'watcher' }, /^FLEET_URL is missing, and ROLE is watcher; .*ROLE=both/],
    ['a publisher without a bus', { ...CHAT, ROLE: 'publisher' }, /^FLEET_URL is missing, and ROLE is publisher; .*ROLE=both/],
    [
      'a publisher without a chat server',
      { ROLE: 'publisher', FLEET_URL: 'nats://127.0.0.1:4222' },
      /MM_URL is missing[^]*MM_TOKEN is missing/,
    ],
    ['a watcher with nothing to watch', { ...WATCHER, TRANSCRIPT_DIR: '' }, /TRANSCRIPT_DIR is missing/],
    ['an unknown role', { ...WATCHER, ROLE: 'drawer' }, /ROLE is "drawer"; expected one of both, watcher, publisher/],
    ['a word that is no part of a subject', { ...WATCHER, FLEET_SERVER: 'a.b' }, /FLEET_SERVER is "a.b"; expected a word/],
    ['two servers that keep', { ...PUBLISHER, FLEET_REPLICAS: '2' }, /FLEET_REPLICAS is "2"; expected one of 1, 3, 5/],
    ['a file without a bus', { ...CHAT, ...AGENTS, FLEET_CREDS: file('creds') }, /FLEET_CREDS is set, and FLEET_URL is not/],
    ['a file that is not there', { ...WATCHER, FLEET_CREDS: '/none/there' }, /FLEET_CREDS names a file that cannot be read/],
    [
      'two proofs',
      { ...WATCHER, FLEET_TOKEN_FILE: file('token'), FLEET_USER_FILE: file('user') },
      /FLEET_USER_FILE is set, and FLEET_TOKEN_FILE is set too/,
    ],
    ['half a certificate', { ...WATCHER, FLEET_CERT_FILE: file('cert') }, /FLEET_KEY_FILE is missing, and FLEET_CERT_FILE is set/],
    [
      'a password in plain text',
      { ...WATCHER, FLEET_URL: 'nats://bus.example.org', FLEET_USER_FILE: file('user') },
      /FLEET_URL would send the password in plain text to another machine; expected tls, or ALLOW_PLAINTEXT=1/,
    ],
    ['a password in the address', { ...WATCHER, FLEET_URL: 'nats://a:b@127.0.0.1' }, /FLEET_URL has a user name or password in it/],
  ])('refuses %s, and names the cure', (_what, env, wrong) => expect(problems(env)).toMatch(wrong));
});
