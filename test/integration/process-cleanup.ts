// Ends the processes that tests have started when the tests themselves are killed, by whatever signal: one small process watches for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Reads `+pid` and `-pid`; when nobody can write any more, everything that was not taken back is killed. */
const KEEPER = `
const pids = new Set();
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => line[0] === '+' ? pids.add(line.slice(1)) : pids.delete(line.slice(1)))
  .on('close', () => { for (const pid of pids) try { process.kill(Number(pid), 'SIGKILL'); } catch {} });`;

let cleaner: ChildProcess | undefined;

/** This process does not outlive the one that started it. */
export function endedWithTests<Child extends ChildProcess>(child: Child): Child {
  cleaner ??= startCleaner();
  const { stdin } = cleaner;
  stdin?.write(`+${child.pid}\n`);
  child.once('exit', () => stdin?.write(`-${child.pid}\n`));
  return child;
}

/** In a group of its own, so that it outlives whoever kills the group of the tests. */
function startCleaner(): ChildProcess {
  const child = spawn(process.execPath, ['-e', KEEPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin?.on('error', () => undefined);
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
