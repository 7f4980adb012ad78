import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PostRecord } from '../../../src/boxes/publish/post-record.ts';
import { type Checkpoint, openCheckpoint } from '../../../src/store/checkpoint.ts';
import { Memory, type Remembered } from '../../../src/takeover/memory.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const nothing: Remembered = { sessions: () => new Map(), entries: () => [] };

function recordOf(boxId: string, seq: number): PostRecord {
  const target = { channelId: 'town' };
  return { boxId, target, phase: 'posted', pendingPostId: boxId, postId: 'p', seq, owedFinal: false, final: false, createdAt: 0 };
}

/** A memory on a disk that can be full. */
function onDisk(): { memory: Memory; fill: (isFull: boolean) => void; restarted: () => Memory; stored: () => PostRecord[] } {
  const folder = mkdtempSync(join(tmpdir(), 'live-status-memory-'));
  const checkpoint = openCheckpoint(folder, quiet);
  onTestFinished(() => {
    checkpoint.close();
    rmSync(folder, { recursive: true });
  });
  let isFull = false;
  const disk: Checkpoint = {
    rows: (kind) => checkpoint.rows(kind),
    write: (changes) => !isFull && checkpoint.write(changes),
    problem: () => undefined,
    close: () => undefined,
  };
  const restarted = (): Memory => new Memory(checkpoint);
  return { memory: new Memory(disk), fill: (full) => void (isFull = full), restarted, stored: () => restarted().storedPosts() };
}

describe('what a full disk did not take', () => {
  it('is written by the first flush after there is room again, in its newest form', () => {
    const { memory, fill, stored } = onDisk();
    memory.savePost(recordOf('old', 1));
    fill(true);
    memory.savePost(recordOf('box', 1));
    memory.savePost(recordOf('box', 2));
    memory.dropPost('old');
    memory.flush(nothing);
    expect(stored()).toEqual([recordOf('old', 1)]);
    fill(false);
    memory.flush(nothing);
    expect(stored()).toEqual([recordOf('box', 2)]);
  });

  it('does not come back over what was written since', () => {
    const { memory, fill, stored } = onDisk();
    fill(true);
    memory.savePost(recordOf('box', 1));
    fill(false);
    memory.savePost(recordOf('box', 2));
    memory.flush(nothing);
    expect(stored()).toEqual([recordOf('box', 2)]);
  });

  it('may be a waiting time that the server asked for', () => {
    const { memory, fill, restarted } = onDisk();
    fill(true);
    memory.noteBlocked(1_000);
    memory.noteBlocked(2_000);
    expect(restarted().blockedUntil()).toBeUndefined();
    fill(false);
    memory.flush(nothing);
    expect(restarted().blockedUntil()).toBe(2_000);
  });
});
