import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { lookAtProcess } from '../../../src/process/process-identity.ts';

describe('lookAtProcess', () => {
  it('says whose this process is and gives the same mark every time', () => {
    const seen = lookAtProcess(process.pid);
    expect(seen).toMatchObject({ kind: 'alive', uid: process.getuid?.() });
    expect(lookAtProcess(process.pid)).toEqual(seen);
  });

  it('gives another process another mark, and none once that has ended', async () => {
    const child = spawn('sleep', ['60']);
    const ended = once(child, 'exit');
    const seen = lookAtProcess(child.pid ?? 0);
    expect(seen).toMatchObject({ kind: 'alive', uid: process.getuid?.() });
    expect(seen).not.toEqual(lookAtProcess(process.pid));
    child.kill('SIGKILL');
    await ended;
    expect(lookAtProcess(child.pid ?? 0)).toEqual({ kind: 'gone' });
  });

  it('takes a process that ended but was never collected for gone', async () => {
    // The shell starts a short sleep and then becomes a long one, which never collects it.
    const child = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(child.stdout, 'data');
    const zombie = Number(String(line));
    await expect.poll(() => lookAtProcess(zombie).kind, { timeout: 5_000 }).toBe('gone');
    expect(() => process.kill(zombie, 0)).not.toThrow();
    child.kill('SIGKILL');
  });
});
