import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, problemLine, readConfig, secretsOf } from '../../../src/config/config.ts';
import { SOURCES } from '../../../src/sources/catalogue.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const home = tempFolder('sources');
const CHAT = { MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token', HOME: home };
const TOKEN = 'fake-gateway-token';

function valid(env: NodeJS.ProcessEnv): Config {
  const result = readConfig({ ...CHAT, ...env });
  if (result.kind === 'wrong') throw new Error(result.problems.map(problemLine).join('\n'));
  return result.config;
}

function problems(env: NodeJS.ProcessEnv): string[] {
  const result = readConfig({ ...CHAT, ...env });
  return result.kind === 'wrong' ? result.problems.map(problemLine) : [];
}

/** What is watched: the folder, and the gateway with its token. */
function chosen(env: NodeJS.ProcessEnv): string[] {
  const {
    transcriptDir,
    chosen: { ids, gateway },
  } = valid(env);
  return ids.map((id) => (id === 'transcripts' ? (transcriptDir ?? '') : `${gateway?.url} ${gateway?.token()}`));
}

function homeWith(config: string): string {
  const folder = tempFolder('home');
  mkdirSync(join(folder, '.openclaw'));
  writeFileSync(join(folder, '.openclaw', 'openclaw.json'), config);
  return folder;
}

describe('what is watched', () => {
  const found = homeWith(`{ gateway: { port: 4001, auth: { token: '${TOKEN}' } } }`);
  const local = `ws://127.0.0.1:18789 ${TOKEN}`;

  it.each([
    ['a transcript folder alone', { TRANSCRIPT_DIR: '/agents' }, ['/agents']],
    ['a gateway alone', { GATEWAY_TOKEN: TOKEN }, [local]],
    ['a gateway elsewhere', { GATEWAY_URL: 'wss://claw.example.org/gw/', GATEWAY_TOKEN: TOKEN }, [`wss://claw.example.org/gw ${TOKEN}`]],
    ['both', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN }, ['/agents', local]],
    ['a gateway found on this machine', { HOME: found }, [`ws://127.0.0.1:4001 ${TOKEN}`]],
    ['both, the gateway found', { HOME: found, TRANSCRIPT_DIR: '/agents' }, ['/agents', `ws://127.0.0.1:4001 ${TOKEN}`]],
    ['a named address with a found token', { HOME: found, GATEWAY_URL: 'ws://localhost:4002' }, [`ws://localhost:4002 ${TOKEN}`]],
    ['files only, although there is more', { HOME: found, TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'files' }, ['/agents']],
    ['the gateway only, although there is more', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'gateway' }, [local]],
    ['a list', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'gateway, Transcripts' }, ['/agents', local]],
    ['a list of one', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'transcripts' }, ['/agents']],
    ['a name that comes twice', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'gateway,gateway' }, [local]],
    ['both as asked', { TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN, SOURCES: 'both' }, ['/agents', local]],
  ])('is %s', (_what, env, expected) => {
    expect(chosen(env)).toEqual(expected);
  });

  it('comes with a reason for each source, used or not', () => {
    const { because } = valid({ HOME: found }).chosen;
    expect(because).toHaveLength(SOURCES.length);
    expect([because[0], because.at(-1)]).toEqual([
      'Transcripts are not read: TRANSCRIPT_DIR is not set.',
      `The gateway at ws://127.0.0.1:4001 is watched; its token was found in ${join(found, '.openclaw/openclaw.json')}.`,
    ]);
    expect(valid({ TRANSCRIPT_DIR: '/agents' }).chosen.because.at(-1)).toContain(
      'No gateway is watched: there is no OpenClaw configuration at',
    );
    expect(valid({ TRANSCRIPT_DIR: '/agents', SOURCES: 'files' }).chosen.because.at(-1)).toBe('No gateway is watched: SOURCES=files.');
  });

  it('a found token is a secret like any other', () => {
    expect(secretsOf(valid({ HOME: found }))).toContain(TOKEN);
  });

  it('a token file is read again each time', () => {
    const path = join(home, 'token');
    writeFileSync(path, 'fake-first\n');
    const { gateway } = valid({ GATEWAY_TOKEN_FILE: path }).chosen;
    writeFileSync(path, 'fake-second\n');
    expect(gateway?.token()).toBe('fake-second');
    writeFileSync(path, '');
    expect(() => gateway?.token()).toThrow('GATEWAY_TOKEN_FILE names a file that is empty');
  });
});

describe('problems with sources', () => {
  it.each([
    ['nothing to watch', {}, /^TRANSCRIPT_DIR is missing; expected .*GATEWAY_URL and GATEWAY_TOKEN/],
    ['files without a folder', { SOURCES: 'files' }, /^TRANSCRIPT_DIR is missing; expected the path of/],
    ['a gateway without a token', { SOURCES: 'gateway' }, /^GATEWAY_TOKEN is missing; there is no OpenClaw configuration/],
    ['an address without a token', { GATEWAY_URL: 'ws://localhost' }, /^GATEWAY_TOKEN is missing/],
    ['two tokens', { GATEWAY_TOKEN: TOKEN, GATEWAY_TOKEN_FILE: '/x' }, /^GATEWAY_TOKEN is set, and GATEWAY_TOKEN_FILE is set too/],
    ['a missing token file', { GATEWAY_TOKEN_FILE: '/nowhere' }, /^GATEWAY_TOKEN_FILE names a file that cannot be read/],
    [
      'a token in the open',
      { GATEWAY_URL: 'ws://claw.example.org', GATEWAY_TOKEN: TOKEN },
      /^GATEWAY_URL would send the token over plain ws/,
    ],
    [
      'an address of another kind',
      { GATEWAY_URL: 'http://localhost:1', GATEWAY_TOKEN: TOKEN },
      /^GATEWAY_URL is "http:\/\/localhost:1"; expected a ws or wss/,
    ],
    [
      'a token in the address',
      { GATEWAY_URL: 'ws://:x@localhost', GATEWAY_TOKEN: TOKEN },
      /^GATEWAY_URL has a user name or password in it/,
    ],
    [
      'a name that no source has',
      { SOURCES: 'transcripts,mattermost', TRANSCRIPT_DIR: '/agents' },
      /^SOURCES names "mattermost", which is no source; expected auto, or names divided by commas, of transcripts, gateway/,
    ],
    [
      'a misspelt name',
      { SOURCES: 'trancripts', TRANSCRIPT_DIR: '/agents' },
      /^SOURCES names "trancripts", which is no source \(did you mean transcripts\?\)/,
    ],
    ['a misspelt word', { SOURCES: 'boht', TRANSCRIPT_DIR: '/agents' }, /\(did you mean both\?\)/],
    ['an empty name', { SOURCES: 'transcripts,', TRANSCRIPT_DIR: '/agents' }, /^SOURCES has an empty name in it/],
    [
      'auto beside a name',
      { SOURCES: 'auto,gateway', TRANSCRIPT_DIR: '/agents', GATEWAY_TOKEN: TOKEN },
      /^SOURCES names auto beside others/,
    ],
    [
      'a named source without its folder',
      { SOURCES: 'transcripts' },
      /^TRANSCRIPT_DIR is missing; expected the path of a sessions folder or an agents root$/,
    ],
  ])('%s is the only one named', (_what, env, line) => {
    const lines = problems(env);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  it('both sources can be missing at once', () => {
    expect(problems({ SOURCES: 'both' }).map((line) => line.split(' ')[0])).toEqual(['GATEWAY_TOKEN', 'TRANSCRIPT_DIR']);
  });

  it('a token in the open is accepted where that is wanted', () => {
    expect(chosen({ GATEWAY_URL: 'ws://claw.example.org', GATEWAY_TOKEN: TOKEN, ALLOW_PLAINTEXT: '1' })).toEqual([
      `ws://claw.example.org ${TOKEN}`,
    ]);
  });
});
