import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { withEnvFile } from '../../../src/config/env-file.ts';
import { tempFolder } from '../../support/temp-folder.ts';

let home: string;
let atDefaultPlace: string;

beforeEach(() => {
  home = tempFolder('env');
  mkdirSync(join(home, '.config', 'live-status'), { recursive: true });
  atDefaultPlace = join(home, '.config', 'live-status', 'env');
});

function problemOf(env: NodeJS.ProcessEnv): string {
  const found = withEnvFile(env);
  return 'problem' in found ? found.problem : 'none';
}

describe('the environment file', () => {
  it('adds what is not set, or set to nothing, and leaves everything else as it is', () => {
    writeFileSync(atDefaultPlace, '# a comment\nMM_URL=https://chat.example.org\nexport CRON="all"\nAGENTS=main\n\nDIRECT=own\n');
    const found = withEnvFile({ HOME: home, AGENTS: 'other', DIRECT: '', PATH: '/bin' });
    expect(found).toEqual({
      env: { HOME: home, MM_URL: 'https://chat.example.org', CRON: 'all', AGENTS: 'other', DIRECT: 'own', PATH: '/bin' },
      path: atDefaultPlace,
    });
  });

  it('lies in XDG_CONFIG_HOME when that is set', () => {
    writeFileSync(atDefaultPlace, 'CRON=all\n');
    expect(withEnvFile({ HOME: '/nonexistent', XDG_CONFIG_HOME: join(home, '.config') })).toMatchObject({ env: { CRON: 'all' } });
  });

  it('need not be there at its default place', () => {
    expect(withEnvFile({ HOME: home })).toEqual({ env: { HOME: home } });
  });

  it('is not read when LIVE_STATUS_ENV_FILE says none', () => {
    writeFileSync(atDefaultPlace, 'CRON=all\n');
    const env = { HOME: home, LIVE_STATUS_ENV_FILE: 'none' };
    expect(withEnvFile(env)).toEqual({ env });
  });

  it('must be there when it is named', () => {
    const path = join(home, 'missing');
    const problem = problemOf({ LIVE_STATUS_ENV_FILE: path });
    expect(problem).toContain(`LIVE_STATUS_ENV_FILE names a file that cannot be read (ENOENT`);
    expect(problem).toContain('; correct LIVE_STATUS_ENV_FILE or unset it.');
  });

  it('is refused with the cure when it is a directory, a FIFO or far too large', () => {
    const [fifo, giant] = [join(home, 'fifo'), join(home, 'giant')];
    execFileSync('mkfifo', [fifo]);
    writeFileSync(giant, 'X'.repeat(65_537));
    expect(problemOf({ LIVE_STATUS_ENV_FILE: home })).toMatch(
      /not a regular one but a FIFO, a folder .* Expected is a text file with lines/,
    );
    expect(problemOf({ LIVE_STATUS_ENV_FILE: fifo })).toMatch(
      /not a regular one but a FIFO, a folder .* Expected is a text file with lines/,
    );
    expect(problemOf({ LIVE_STATUS_ENV_FILE: giant })).toMatch(/more than 65536 bytes .* Expected is a text file with lines/);
  });

  it('is refused at its default place, too, when it is there and cannot be read', () => {
    mkdirSync(atDefaultPlace);
    expect(problemOf({ HOME: home })).toMatch(/^The default place of the environment file names .*; correct or remove it\./);
  });
});
