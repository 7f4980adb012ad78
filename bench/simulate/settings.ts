// The settings of the watcher that is simulated.

import { type ConfigResult, readConfig } from '../../src/config/config.ts';

/** What a watcher cannot do without, and a simulation can. */
const NOBODY = {
  HOME: '/nowhere',
  HEALTH_PORT: '0',
  MM_URL: 'http://localhost',
  MM_TOKEN: 'nobody',
  MM_TOKEN_FILE: '',
  TRANSCRIPT_DIR: '/nowhere',
};

/** As the daemon reads them. */
export function readSettings(env: NodeJS.ProcessEnv): ConfigResult {
  return readConfig({ ...env, ...NOBODY });
}
