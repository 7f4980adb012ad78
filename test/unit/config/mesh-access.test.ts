import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, problemLine, readConfig } from '../../../src/config/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const home = tempFolder('mesh-access');
const CHAT = { MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token', HOME: home };
const BUS = { MESH_NATS_URL: 'nats://127.0.0.1:4222' };

function chosen(env: NodeJS.ProcessEnv): Config['chosen'] {
  const result = readConfig({ ...CHAT, ...env });
  if (result.kind === 'wrong') throw new Error(result.problems.map(problemLine).join('\n'));
  return result.config.chosen;
}

function problems(env: NodeJS.ProcessEnv): string {
  const result = readConfig({ ...CHAT, ...env });
  return result.kind === 'wrong' ? result.problems.map(problemLine).join('\n') : '';
}

function file(name: string): string {
  writeFileSync(join(home, name), 'fake');
  return join(home, name);
}

describe('a mesh', () => {
  it('is watched as soon as its bus, its dashboard or its workspace is set', () => {
    expect(chosen(BUS)).toMatchObject({ ids: ['mesh'], mesh: { nats: { url: 'nats://127.0.0.1:4222' } } });
    expect(chosen({ MESH_SSE_URL: 'http://127.0.0.1:3000/' })).toMatchObject({ ids: ['mesh'], mesh: { sseUrl: 'http://127.0.0.1:3000' } });
    expect(chosen({ OPENCLAW_NODE_DIR: '~/node' })).toMatchObject({ ids: ['mesh'] });
    expect(chosen(BUS).because).toContain('The mesh is watched at nats://127.0.0.1:4222.');
    expect(chosen({ TRANSCRIPT_DIR: '/agents' }).because).toContain('No mesh is watched: MESH_NATS_URL is not set.');
    expect(chosen({ ...BUS, TRANSCRIPT_DIR: '/agents', SOURCES: 'transcripts' })).toMatchObject({ ids: ['transcripts'] });
  });

  it('has servers of one cluster, divided by commas', () => {
    expect(chosen({ MESH_NATS_URL: 'nats://a.example.org:4222, tls://b.example.org' }).mesh?.nats?.url).toBe(
      'nats://a.example.org:4222,tls://b.example.org',
    );
  });

  it.each([
    [{ SOURCES: 'mesh' }, /MESH_NATS_URL is missing.*MESH_SSE_URL or OPENCLAW_NODE_DIR/],
    [{ MESH_NATS_URL: 'http://127.0.0.1:4222' }, /MESH_NATS_URL.*a nats or tls address/],
    [{ MESH_NATS_URL: 'nats://alice:secret@127.0.0.1:4222' }, /MESH_NATS_URL has a user name or password in it, which belongs in a file/],
    [{ MESH_SSE_URL: 'ftp://127.0.0.1' }, /MESH_SSE_URL.*an http or https address/],
    [{ ...BUS, MESH_SSE_URL: 'http://127.0.0.1:3000' }, /MESH_SSE_URL is set, and MESH_NATS_URL is set too; expected only one of the two/],
    [{ ...BUS, MESH_NATS_CREDS: '/none/there.creds' }, /MESH_NATS_CREDS names a file that cannot be read/],
    [{ MESH_NATS_TOKEN_FILE: file('token') }, /MESH_NATS_TOKEN_FILE is set, and MESH_NATS_URL is not/],
    [
      { ...BUS, MESH_NATS_TOKEN_FILE: file('token'), MESH_NATS_USER_FILE: file('user') },
      /MESH_NATS_USER_FILE is set, and MESH_NATS_TOKEN_FILE is set too/,
    ],
    [{ ...BUS, MESH_NATS_CERT_FILE: file('cert') }, /MESH_NATS_KEY_FILE is missing, and MESH_NATS_CERT_FILE is set/],
    [
      { MESH_NATS_URL: 'nats://bus.example.org', MESH_NATS_TOKEN_FILE: file('token') },
      /would send the password in plain text to another machine; expected tls, or ALLOW_PLAINTEXT=1/,
    ],
    [{ MESH_SSE_URL: 'http://dash.example.org' }, /would read over plain http from another machine; expected https, or ALLOW_PLAINTEXT=1/],
  ])('that is set up like %j is refused with what helps', (env, words) => {
    expect(problems(env)).toMatch(words);
    expect(problems(env)).not.toContain('secret');
  });

  it('everything that is wrong is named at once', () => {
    const all = problems({
      ...BUS,
      MESH_SSE_URL: 'http://127.0.0.1:3000',
      MESH_NATS_CREDS: '/none',
      MESH_NATS_CA_FILE: '/none',
      MESH_NATS_KEY_FILE: '/none',
      EDITS_PER_SECOND: 'many',
    });
    for (const variable of [
      'MESH_SSE_URL',
      'MESH_NATS_CREDS',
      'MESH_NATS_CA_FILE',
      'MESH_NATS_KEY_FILE',
      'MESH_NATS_CERT_FILE',
      'EDITS_PER_SECOND',
    ])
      expect(all).toContain(variable);
  });

  it('may be read in plain text by those who accept that', () => {
    expect(problems({ MESH_NATS_URL: 'nats://bus.example.org', MESH_NATS_TOKEN_FILE: file('token'), ALLOW_PLAINTEXT: '1' })).toBe('');
    expect(problems({ MESH_NATS_URL: 'tls://bus.example.org', MESH_NATS_TOKEN_FILE: file('token') })).toBe('');
  });
});
