// Claims the PID file for this process: takes it, takes over a stale one, gives it back.

import { closeSync, constants, linkSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, errorText } from '../core/error-code.ts';
import { encodeRecord, judgePidFile, lockNow, type PidFileState, readPidFile } from './pid-file.ts';
import { openPrivate } from './private-file.ts';
import { lookAtProcess, pidNamespace } from './process-identity.ts';

/** `release` removes the file, but only if it is still this claim's file. */
export type Claim = { readonly kind: 'claimed'; readonly release: () => void } | Holder;

/** Why the file cannot be claimed. */
export type Holder = Extract<PidFileState, { kind: 'running' | 'unverified' | 'refused' }>;

const ATTEMPTS = 40; // Each failed attempt lost a race against another starter, so 40 fail only when something is badly wrong.
const PATIENT_ATTEMPTS = 10; // A damaged file may be one that another process is writing at this moment.
const RETRY_MS = 50;

/** Claims `path` for this process and writes `healthUrl` into it for `status`. If several try at once, exactly one succeeds. */
export async function claimPidFile(path: string, healthUrl: string | undefined): Promise<Claim> {
  const self = lookAtProcess(process.pid);
  const startMark = self.kind === 'alive' ? self.startMark : '';
  const text = encodeRecord({ pid: process.pid, startMark, healthUrl, namespace: pidNamespace() });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const claim = tryToClaim(path, text, attempt);
    if (claim) return claim;
    await sleep(RETRY_MS);
  }
  return { kind: 'refused', why: `${path} keeps being replaced by other processes` };
}

/** One attempt; `undefined` means "try again". */
function tryToClaim(path: string, text: string, attempt: number): Claim | undefined {
  const state = judgePidFile(readPidFile(path), lookAtOthers);
  switch (state.kind) {
    case 'absent':
      return createClaim(path, text);
    case 'stale':
      return attempt < PATIENT_ATTEMPTS && state.pid === undefined
        ? undefined
        : (removeIfStill(path, state.text) ?? createClaim(path, text));
    case 'running':
    case 'unverified':
    case 'refused':
      return state;
    default:
      return state satisfies never;
  }
}

// A file with our own pid was left by an earlier process, for example in a container where the numbers start again.
function lookAtOthers(pid: number) {
  return pid === process.pid ? ({ kind: 'gone' } as const) : lookAtProcess(pid);
}

function createClaim(path: string, text: string): Claim | undefined {
  try {
    const file = openPrivate(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    try {
      lockNow(file);
      writeSync(file, text);
    } catch (error) {
      unlinkSync(path);
      closeSync(file);
      throw error;
    }
    return { kind: 'claimed', release: releaseOnce(path, text, file) };
  } catch (error) {
    return errorCode(error) === 'EEXIST' ? undefined : { kind: 'refused', why: `${path} cannot be created: ${errorText(error)}` };
  }
}

/** The file stays open, and so locked, as long as the claim lasts. */
function releaseOnce(path: string, text: string, file: number): () => void {
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    removeIfStill(path, text);
    closeSync(file);
  };
}

/**
 * Removes the file if its content is still `text`, or says why it cannot. Another process may replace the file between check and removal.
 * So we move it aside first, check again, and put it back if it turns out to be another process's new claim.
 */
export function removeIfStill(path: string, text: string): Extract<Holder, { kind: 'refused' }> | undefined {
  const aside = `${path}.${process.pid}.old`;
  try {
    const seen = readPidFile(path);
    if (seen.kind !== 'present' || seen.text !== text) return undefined;
    renameSync(path, aside);
    try {
      const moved = readPidFile(aside);
      if (moved.kind === 'present' && moved.text !== text) linkSync(aside, path);
    } finally {
      unlinkSync(aside);
    }
    return undefined;
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? undefined
      : { kind: 'refused', why: `${path} cannot be removed although nobody holds it: ${errorText(error)}` };
  }
}
