import { describe, expect, it } from 'vitest';
import { closestName } from '../../../src/config/closest-name.ts';
import { misspeltVariables } from '../../../src/config/misspelt-variables.ts';
import { readConfig } from '../../../src/config/config.ts';

const KNOWN = ['THROTTLE_MS', 'MM_URL', 'PACE', 'MAX_STATUS_LINES', 'HEALTH_HOST', 'HEALTH_PORT'];

describe('misspelt variables', () => {
  it.each([
    ['TROTTLE_MS', 'THROTTLE_MS'],
    ['THROTTLE_SM', 'THROTTLE_MS'],
    ['throttle_ms', 'THROTTLE_MS'],
    ['MAX_STATUS_LINE', 'MAX_STATUS_LINES'],
    ['MAXSTATUSLINES', 'MAX_STATUS_LINES'],
    ['MM_URI', 'MM_URL'],
  ])('%s is taken for %s', (name, meant) => {
    expect(misspeltVariables({ [name]: 'some value' }, KNOWN)).toEqual([
      `${name} is not a variable of live-status and is ignored; did you mean ${meant}?`,
    ]);
  });

  it.each(['PAGER', 'PATH', 'HOME', 'MM_USER', 'THROTTLE', 'PAC3X', ...KNOWN])('%s is left alone', (name) =>
    expect(misspeltVariables({ [name]: '1' }, KNOWN)).toEqual([]),
  );

  it('says nothing about a name near to a variable that is set', () => {
    expect(misspeltVariables({ MM_URL: 'x', MM_URI: 'y' }, KNOWN)).toEqual([]);
  });

  it('are warnings that come with the configuration and do not make it wrong', () => {
    const result = readConfig({ MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token', TRANSCRIPT_DIR: '/x', TROTTLE_MS: '5' });
    expect(result).toMatchObject({ kind: 'valid', warnings: [expect.stringContaining('TROTTLE_MS')] });
  });
});

describe('closestName', () => {
  it('counts letters added, left out, replaced and swapped as one mistake each', () => {
    for (const name of ['sttart', 'strt', 'stark', 'satrt']) expect(closestName(name, ['start'], 1)).toBe('start');
    expect(closestName('satrk', ['start'], 1)).toBeUndefined();
    expect(closestName('satrk', ['start'], 2)).toBe('start');
  });

  it('prefers the nearest, and of equals the first', () => {
    expect(closestName('stat', ['status', 'start', 'stop'], 2)).toBe('start');
    expect(closestName('sto', ['stop', 'sta'], 1)).toBe('stop');
  });
});
