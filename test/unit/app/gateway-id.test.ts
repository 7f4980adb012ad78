import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GATEWAY_ID_FILE, gatewayIdOf } from '../../../src/app/gateway-id.ts';
import { decodeGatewayId } from '../../../src/core/gateway-name.ts';
import { readConfig, type Config } from '../../../src/config/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function configOf(env: NodeJS.ProcessEnv): Config {
  const folder = tempFolder();
  const read = readConfig({
    MM_URL: 'http://127.0.0.1:1',
    MM_TOKEN: 't'.repeat(26),
    HOME: folder,
    TRANSCRIPT_DIR: folder,
    STATE_DIR: folder,
    ...env,
  });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  return read.config;
}

function setup(env: NodeJS.ProcessEnv = {}): { path: string; said: string[]; id(): string } {
  const config = configOf(env);
  const said: string[] = [];
  const note = (_: object, text: string): void => void said.push(text);
  const log = { debug: note, info: note, warn: note, error: note };
  return { path: join(config.stateDir, GATEWAY_ID_FILE), said, id: () => gatewayIdOf(config, log) };
}

describe('the id of a gateway', () => {
  it('is made once and kept in STATE_DIR, where only its owner reads it', () => {
    const { path, id } = setup();
    const made = id();
    expect(decodeGatewayId(made)).toBe(made);
    expect(readFileSync(path, 'utf8')).toBe(`${made}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'moved-here\n'); // from the machine on which it was made
    expect(id()).toBe('moved-here');
  });

  it('is another one where other agents are watched, and the same again when it is lost', () => {
    const [one, other] = [setup(), setup()];
    const made = one.id();
    expect(other.id()).not.toBe(made);
    rmSync(one.path);
    expect(one.id()).toBe(made);
  });

  it.each(['', '\n', '-x', 'a b', 'a.b', 'a>', 'x'.repeat(41), 'x'.repeat(5_000)])('is made anew where the file says %j', (text) => {
    const { path, id } = setup();
    const made = id();
    writeFileSync(path, text);
    expect([id(), readFileSync(path, 'utf8')]).toEqual([made, `${made}\n`]);
  });

  it('is what GATEWAY_ID says, and nothing is written then', () => {
    const { path, id } = setup({ GATEWAY_ID: 'web-1' });
    expect(id()).toBe('web-1');
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is made all the same where nothing can be written, and that is said', () => {
    const { id, said } = setup({ STATE_DIR: '/proc/nowhere' });
    expect(id()).toBe(id());
    expect(said).toHaveLength(2);
  });
});
