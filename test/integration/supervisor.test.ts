import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRig, type Rig } from './harness.ts';
import { until } from '../support/until.ts';

let rig: Rig;
let told: string;
let path: string;

/** Stands where systemd's own program would: it writes down what it is asked to tell. */
beforeAll(async () => {
  rig = await createRig();
  rig.writer.session('agent:main:main', { sessionId: randomUUID() });
  const bin = join(rig.folder, 'bin');
  told = join(rig.folder, 'told');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> '${told}'\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  path = `${bin}:${process.env['PATH']}`;
});

afterAll(async () => rig.close());

function lines(): string[] {
  return existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [];
}

describe('a watcher that systemd has started', () => {
  it('says when it is ready, feeds the watchdog in half its time with its health, and says that it stops', async () => {
    const watcher = await rig.watcher({ PATH: path, NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '400000' });
    await until('it is ready', () => lines().some((line) => line.startsWith('/run/notify --ready --status=')));
    await watcher.ready();
    await until('the watchdog is fed', () => lines().some((line) => /WATCHDOG=1 --status=ok: /.test(line)));
    expect(await watcher.stop('SIGTERM')).toBe(0);
    expect(lines().at(-1)).toBe('/run/notify STOPPING=1 --status=stopping');
  });

  it('does its work, and says once what is missing, where systemd-notify is not there', async () => {
    const watcher = await rig.watcher({ PATH: '/nonexistent', NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '200000' });
    await watcher.says('systemd-notify must be on the PATH');
    await watcher.ready();
    await watcher.stop('SIGTERM');
    expect(watcher.output.match(/systemd-notify must be on the PATH/g)).toHaveLength(1);
  });

  it('starts no program when nobody wants to hear of it', async () => {
    const before = lines().length;
    const watcher = await rig.watcher({ PATH: path });
    await watcher.ready();
    await watcher.stop('SIGTERM');
    expect(lines()).toHaveLength(before);
  });
});
