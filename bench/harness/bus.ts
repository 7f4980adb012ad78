// A real nats-server with JetStream for a row.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/demo/free-port.ts';
import { setup } from '../../test/swarms/install-nats.ts';
import { waitUntil } from './wait-until.ts';
import type { Workplace } from './workplace.ts';

/** Its address, once it is ready. The program comes as a Python package and is kept in `.cache`. */
export async function startBus(place: Workplace): Promise<string> {
  setup();
  const [folder, port] = [place.folder('bus'), await freePort()];
  const [config, log] = [join(folder, 'nats.conf'), join(folder, 'log')];
  writeFileSync(config, `jetstream { store_dir: "${folder}/js" }\nlog_file: "${log}"\n`);
  writeFileSync(log, '');
  place.program(process.env['NATS_SERVER'] ?? 'nats-server', ['-c', config, '-a', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  await waitUntil('the nats-server is ready', () => readFileSync(log, 'utf8').includes('Server is ready'));
  return `nats://127.0.0.1:${port}`;
}
