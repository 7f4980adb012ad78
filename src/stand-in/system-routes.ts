// The two routes that need no token: `ping` and the client configuration.

import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import type { User, World } from './world.ts';

/** `GET /system/ping`: 200 even with the database down, unless asked for the server status (then 500). */
export function ping(world: World, query: URLSearchParams): Reply {
  if (query.get('get_server_status') !== 'true') return { status: 200, body: { status: 'OK' } };
  const status = world.databaseDown ? 'UNHEALTHY' : 'OK';
  const health = { database_status: status, filestore_status: 'OK', status };
  return { status: world.databaseDown ? 500 : 200, body: health, headers: health };
}

/** `GET /config/client?format=old`: all values are strings. Only users who have logged in get the message limit. Later versions need no format. */
export function clientConfig(world: World, query: URLSearchParams, user: User | undefined): Reply {
  if (world.rules.configNeedsFormat && query.get('format') !== 'old') throw refusal('api.config.client.old_format.app_error');
  const open = { BuildNumber: `${world.rules.version}.0`, Version: `${world.rules.version}.0`, SiteName: 'Mattermost' };
  return { status: 200, body: user === undefined ? open : { ...open, MaxPostSize: String(world.maxMessageRunes) } };
}
