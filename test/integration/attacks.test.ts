// What an agent does who wants the watcher to do nothing else. The bounds of every attack are those of the bystander.

import { randomUUID } from 'node:crypto';
import { appendFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { expectHealth, expectToWithstand, hostileFolder } from './attack-checks.ts';
import { createRig, type Rig } from './harness.ts';
import { OpenClawWriter } from './openclaw-writer.ts';
import { until } from '../support/until.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

function line(message: object): string {
  return `${JSON.stringify({ type: 'message', id: randomUUID(), timestamp: new Date().toISOString(), message })}\n`;
}

describe('one agent cannot stop the boxes of the others', () => {
  it('with a line of 7.4 MB that begins a private key again and again', async () => {
    const path = join(hostileFolder(rig), `${randomUUID()}.jsonl`);
    await expectToWithstand(rig, () => {
      const text = '-----BEGIN PRIVATE KEY-----'.repeat(7_400_000 / 27);
      writeFileSync(
        path,
        line({ role: 'user', content: 'go' }) + line({ role: 'assistant', content: [{ type: 'text', text }], stopReason: 'stop' }),
      );
    });
  });

  it('with a line that grows piece by piece to 8 MB', async () => {
    const path = join(hostileFolder(rig), `${randomUUID()}.jsonl`);
    writeFileSync(path, '{"type":"message","id":"m1","message":{"role":"user","content":"');
    await expectToWithstand(rig, async () => {
      for (let piece = 0; piece < 8_000; piece++) {
        appendFileSync(path, 'x'.repeat(1_040));
        if (piece % 4 === 0) await sleep(1);
      }
      appendFileSync(path, '"}}\n');
    });
  });

  it('with fifty thousand tiny transcripts, which health names', async () => {
    const folder = hostileFolder(rig);
    const watcher = await expectToWithstand(rig, async () => {
      for (let file = 0; file < 50_000; file++) {
        const id = randomUUID();
        writeFileSync(join(folder, `${id}.jsonl`), `${JSON.stringify({ type: 'session', id })}\n${line({ role: 'user', content: 'hi' })}`);
        if (file % 100 === 0) await sleep(1);
      }
    });
    await expectHealth(watcher, /more transcripts at work than are followed at once.*hostile/);
  });

  it('with an index of 300,000 rows, which health names', async () => {
    const folder = hostileFolder(rig);
    const rows: string[] = [];
    for (let row = 0; row < 300_000; row++)
      rows.push(`"agent:hostile:mattermost:channel:${String(row).padStart(26, 'c')}":{"sessionId":"s${row}","updatedAt":${Date.now()}}`);
    writeFileSync(join(folder, 'sessions.tmp'), `{${rows.join(',')}}`);
    const watcher = await expectToWithstand(rig, () => renameSync(join(folder, 'sessions.tmp'), join(folder, 'sessions.json')));
    await expectHealth(watcher, /1 session index with far too many rows, such as .*hostile/);
  });

  it('with 25 sessions at work, and health tells who waits for whom', async () => {
    const watcher = await expectToWithstand(rig, async (running) => {
      const hostile = new OpenClawWriter(join(rig.folder, 'agents'), 'hog');
      for (let index = 0; index < 25; index++) {
        const id = randomUUID();
        hostile.session(`agent:hog:mattermost:channel:${SAMPLE.publicId}:thread:${index}`, { sessionId: id });
        hostile.user(id, 'go on');
        hostile.assistant(id, `at work ${index}`, [{ id: `c${index}`, name: 'exec', arguments: { command: 'sleep 3600' } }]);
        hostile.lock(id);
      }
      await expectHealth(running, /sessions wait for a box, because MAX_ACTIVE_SESSIONS are open, most of them of agent hog/);
    });
    for (const { agent, postId, why } of (await watcher.health()).sessions) expect([agent, postId ?? why]).not.toContain(undefined);
  });

  it('with five thousand folders, which are one warning', async () => {
    const watcher = await expectToWithstand(rig, () => {
      for (let folder = 0; folder < 5_000; folder++) hostileFolder(rig, `h${folder}`);
    });
    await until('the folders are known', async () => ((await watcher.health()).sources[0]?.problems['index_missing'] ?? 0) >= 5_000);
    expect(watcher.output.match(/There is no session index yet/g)?.length).toBeLessThanOrEqual(2);
  });

  it('with thirty thousand transcripts of three hundred agents, which health names', async () => {
    const watcher = await expectToWithstand(rig, async () => {
      for (let agent = 0; agent < 300; agent++) {
        const folder = hostileFolder(rig, `h${agent}`);
        for (let session = 0; session < 100; session++) {
          const id = randomUUID();
          writeFileSync(
            join(folder, `${id}.jsonl`),
            `${JSON.stringify({ type: 'session', id })}\n${line({ role: 'user', content: 'hi' })}`,
          );
        }
        await sleep(1);
      }
    });
    await expectHealth(watcher, /\d+ folders with more transcripts at work than are followed at once/);
  });

  it('with an index that is replaced a hundred times a second', async () => {
    const folder = hostileFolder(rig);
    const row = (id: number) => [`agent:hostile:main:${id}`, { sessionId: `s${id}`, updatedAt: Date.now() }];
    await expectToWithstand(rig, async () => {
      for (let time = 0; time < 500; time++) {
        writeFileSync(join(folder, 'sessions.tmp'), JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, id) => row(id)))));
        renameSync(join(folder, 'sessions.tmp'), join(folder, 'sessions.json'));
        await sleep(10);
      }
    });
  });

  it('with folders that come and go all the time', async () => {
    await expectToWithstand(rig, async () => {
      for (let time = 0; time < 500; time++) {
        const folder = hostileFolder(rig, `h${time % 5}`);
        writeFileSync(join(folder, `${randomUUID()}.jsonl`), line({ role: 'user', content: 'hi' }));
        await sleep(5);
        rmSync(join(folder, '..'), { recursive: true, force: true });
        await sleep(5);
      }
    });
  });

  it('with links that lead in circles, to other files and to devices, which are not followed', async () => {
    const folder = hostileFolder(rig);
    const secret = join(rig.folder, 'secret.jsonl');
    writeFileSync(
      secret,
      line({ role: 'user', content: 'hi' }) + line({ role: 'assistant', content: [{ type: 'text', text: 'top secret' }] }),
    );
    const watcher = await expectToWithstand(rig, () => {
      for (const [name, target] of Object.entries({ self: 'self.jsonl', up: '..', device: '/dev/zero', secret })) {
        for (let copy = 0; copy < 500; copy++) symlinkSync(target, join(folder, `${name}${copy}.jsonl`));
      }
      symlinkSync('..', join(folder, 'sessions'));
      symlinkSync(join(rig.folder, 'agents'), join(rig.folder, 'agents', 'again'));
    });
    await until('they are counted', async () => ((await watcher.health()).sources[0]?.problems['symlink'] ?? 0) >= 2_000);
    expect(JSON.stringify(rig.boxes())).not.toContain('top secret');
  });

  it('with a transcript that shrinks and grows all the time', async () => {
    const path = join(hostileFolder(rig), `${randomUUID()}.jsonl`);
    const lines = Array.from({ length: 2_000 }, (_, index) => line({ role: 'user', content: `question ${index}` })).join('');
    await expectToWithstand(rig, async () => {
      for (let time = 0; time < 500; time++) {
        writeFileSync(path, lines.slice(0, time % 2 === 0 ? lines.length : lines.length / 3));
        await sleep(10);
      }
    });
  });

  it('with fifty thousand locks', async () => {
    const folder = hostileFolder(rig);
    await expectToWithstand(rig, async () => {
      for (let lock = 0; lock < 50_000; lock++) {
        writeFileSync(join(folder, `${randomUUID()}.jsonl.lock`), JSON.stringify({ pid: 1, createdAt: new Date().toISOString() }));
        if (lock % 100 === 0) await sleep(1);
      }
    });
  });
});
