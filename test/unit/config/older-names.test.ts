// Settings that were renamed: their older names are still understood, and `config` says so.

import { describe, expect, it } from 'vitest';
import { showConfigCommand } from '../../../src/cli/show-config-command.ts';
import { olderNames, readConfig } from '../../../src/config/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const REQUIRED = { MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token', TRANSCRIPT_DIR: '/agents', HOME: '/home/somebody' };
const OLDER = { COORDINATOR_OPERATORS: 'alice', COORDINATOR_CHANNEL: 'lab/ops', COORDINATOR_NOTICES_PER_HOUR: '3' };
const NEWER = { OPERATORS: 'bob', OPERATIONS_CHANNEL: 'lab/other', CALLS_PER_HOUR: '4' };

function valid(env: NodeJS.ProcessEnv) {
  const result = readConfig({ ...REQUIRED, ...env });
  if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems));
  return result;
}

describe('a setting that was renamed', () => {
  it('is read from its older name, without a warning that it is misspelt', () => {
    const { config, warnings } = valid(OLDER);
    expect(config).toMatchObject({
      operators: ['alice'],
      operationsChannel: { kind: 'name', team: 'lab', channel: 'ops' },
      callsPerHour: 3,
    });
    expect(warnings).toEqual([]);
  });

  it('is read from its newer name where both are set, and where the older one is set to nothing', () => {
    expect(valid({ ...OLDER, ...NEWER }).config).toMatchObject({ operators: ['bob'], callsPerHour: 4 });
    expect(valid({ ...NEWER, COORDINATOR_OPERATORS: ' ' }).config).toMatchObject({ operators: ['bob'] });
    expect(valid({ ...OLDER, OPERATORS: ' ' }).config).toMatchObject({ operators: ['alice'] });
  });

  it('is named as it was set when its value is wrong', () => {
    const result = readConfig({ ...REQUIRED, COORDINATOR_OPERATORS: 'channel', CALLS_PER_HOUR: 'many' });
    expect(result).toMatchObject({
      kind: 'wrong',
      problems: [
        { variable: 'COORDINATOR_OPERATORS', wrong: 'names @channel, which is no person' },
        { variable: 'CALLS_PER_HOUR', wrong: 'is "many"' },
      ],
    });
  });

  it('has a sentence for its older name where that is set', () => {
    expect(olderNames({ ...REQUIRED, ...NEWER })).toEqual([]);
    expect(olderNames({ COORDINATOR_OPERATORS: 'alice', COORDINATOR_NOTICES_PER_HOUR: '3', CALLS_PER_HOUR: '4' })).toEqual([
      'COORDINATOR_OPERATORS is the older name of OPERATORS, and is still understood.',
      'COORDINATOR_NOTICES_PER_HOUR is ignored: CALLS_PER_HOUR, its newer name, is set.',
    ]);
  });

  it('is printed by `config` under its newer name, with that sentence', async () => {
    const printed: string[] = [];
    const folder = tempFolder('older-names');
    const env = { ...REQUIRED, HOME: folder, STATE_DIR: folder, COORDINATOR_OPERATORS: 'alice' };
    const context = { env, out: (line: string) => void printed.push(line), err: (line: string) => void printed.push(line) };
    expect(await showConfigCommand.run({}, context, [])).toBe(0);
    expect(printed).toContain('OPERATORS=alice');
    expect(printed).toContain('# COORDINATOR_OPERATORS is the older name of OPERATORS, and is still understood.');
  });
});
