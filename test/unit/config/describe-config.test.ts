import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../../src/config/mask-secrets.ts';
import { settings } from '../../../src/config/settings.ts';
import { describeConfig, readConfig } from '../../../src/config/config.ts';

const TOKEN = 'not-a-real-token';
const REQUIRED = { MM_URL: 'https://chat.example.org', MM_TOKEN: TOKEN, TRANSCRIPT_DIR: '/agents', HOME: '/home/somebody' };

function described(env: NodeJS.ProcessEnv) {
  const result = readConfig(env);
  if (result.kind === 'wrong') throw new Error('the environment of this test is wrong');
  return { config: result.config, rows: describeConfig(result.config, env) };
}

describe('describeConfig', () => {
  it('names every variable of the table, once', () => {
    const names = described(REQUIRED).rows.map(({ variable }) => variable);
    expect(names).toEqual(Object.values(settings).map(({ variable }) => variable));
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives texts that lead to the same configuration again', () => {
    const env = {
      ...REQUIRED,
      PACE: '1s, 2m:1h',
      CHANNELS: '!x, a',
      EDITS_PER_SECOND: '2',
      IDLE_TIMEOUT_S: '7',
      DEFAULT_CHANNEL: 'ops/x',
      STATE_DIR: 'here',
      HEALTH_HOST: '[::1]',
      CRON: 'OFF',
    };
    const { config, rows } = described(env);
    const again = Object.fromEntries(rows.flatMap(({ variable, text }) => (text === undefined ? [] : [[variable, text]])));
    expect(described({ ...again, MM_TOKEN: TOKEN, HOME: REQUIRED.HOME }).config).toEqual(config);
  });

  it('masks the token wherever it appears', () => {
    const { rows } = described({ ...REQUIRED, TRANSCRIPT_DIR: `/agents/${TOKEN}` });
    expect(rows.find(({ variable }) => variable === 'MM_TOKEN')?.text).toBe('********');
    expect(JSON.stringify(rows)).not.toContain(TOKEN);
  });

  it('marks what is the default, also when it was written out', () => {
    const { rows } = described({ ...REQUIRED, THROTTLE_MS: '500', MAX_STATUS_LINES: '3' });
    const isDefault = (name: string) => rows.find(({ variable }) => variable === name)?.isDefault;
    expect([
      isDefault('THROTTLE_MS'),
      isDefault('MAX_STATUS_LINES'),
      isDefault('STATE_DIR'),
      isDefault('SESSIONS_JSON'),
      isDefault('MM_URL'),
    ]).toEqual([true, false, true, true, false]);
  });
});

describe('maskSecrets', () => {
  it('masks a secret as it is, in JSON and in an address, longest first', () => {
    const mask = maskSecrets(['a"b/c', 'a"b/c-longer', '']);
    expect(mask(`x a"b/c-longer ${JSON.stringify({ t: 'a"b/c' })} ?q=${encodeURIComponent('a"b/c')}`)).toBe(
      'x ******** {"t":"********"} ?q=********',
    );
  });

  it('leaves text alone when there is no secret', () => {
    expect(maskSecrets([''])('text')).toBe('text');
  });
});
