// One writer of a ledger as a process of its own: it appends when its parent says so. `published` behaves as the publisher's tool does:
// it reads the previous hash before it takes the lock.

import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { appendEntries } from '../../src/coordinator/ledger/append-entries.ts';
import { encodeEntry, type OwnEntry, ZERO_HASH } from '../../src/coordinator/ledger/entry.ts';
import { lockFile } from '../../src/coordinator/ledger/file-lock.ts';

export interface Order {
  habit: 'ours' | 'published';
  path: string;
  name: string;
  entries: number;
}

const LOCK_WAIT_S = 30;

function entryOf(name: string, index: number): OwnEntry {
  return { at: Date.now(), action: 'test', detail: `${name} ${index}`, mode: 'm', posture: 'p', role: 'r', sessionHash: null };
}

async function writeAsPublished(path: string, entry: OwnEntry): Promise<void> {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const last = lines.at(-1) ?? '';
  const previous = last === '' ? ZERO_HASH : (JSON.parse(last) as { hash: string }).hash;
  const fd = openSync(path, 'a');
  await lockFile(fd, LOCK_WAIT_S);
  writeSync(fd, encodeEntry(entry, previous).line);
  closeSync(fd);
}

async function obey({ habit, path, name, entries }: Order): Promise<string> {
  for (let index = 0; index < entries; index++) {
    const entry = entryOf(name, index);
    if (habit === 'published') await writeAsPublished(path, entry);
    else {
      const result = await appendEntries([{ entry, isDoubtful: false }], { path, create: true, lockWaitSeconds: LOCK_WAIT_S });
      if (result.kind === 'failed' || result.unlocked !== undefined) return JSON.stringify(result);
    }
  }
  return 'done';
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.send?.('ready');
