// A start with nothing to watch: what every other start contains.

import type { Account } from './accounting.ts';
import { Sink } from './sink.ts';
import { Watcher } from './watcher.ts';
import type { Workplace } from './workplace.ts';

/** What the process had used when it had read everything, which was nothing. */
export async function emptyStart(place: Workplace): Promise<Account> {
  const sink = await Sink.start(place);
  const watcher = new Watcher(place, { url: sink.url, agents: place.folder('nothing') });
  await watcher.running();
  const account = watcher.account();
  await watcher.stop();
  return account;
}
