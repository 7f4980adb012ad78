// Boxes as the page gets them.

import type { PageBox } from '../../../src/page/page-box.ts';

const HOUR_MS = 3_600_000;

export function boxOf(id: string, changes: Partial<PageBox> = {}): PageBox {
  const now = Date.now();
  return {
    id,
    agent: 'main',
    source: 'transcripts',
    channel: 'lab/agents',
    link: `http://chat.example.org/_redirect/pl/${id}`,
    state: 'active',
    activity: 'active',
    final: false,
    color: '#1c58d9',
    title: `[ACTIVE] main | turn ${id}`,
    lines: ['◆ `npm test` · 3 s', 'Looking at the tests.'],
    startedAt: now - HOUR_MS,
    lastEventAt: now - 5_000,
    waits: [],
    tokens: 1_200,
    costUsd: 0.5,
    subAgents: 0,
    findings: 0,
    isLoop: false,
    ...changes,
  };
}

export function waitingBox(id: string, changes: Partial<PageBox> = {}): PageBox {
  const waits = [
    { on: 'approval', since: Date.now() - 90_000, until: Date.now() + 600_000, link: 'https://ui.example.org/approve/1' },
  ] as const;
  return boxOf(id, { state: 'waiting', activity: 'waiting', title: `[WAITING] main | turn ${id}`, waits, ...changes });
}

export function endedBox(id: string, changes: Partial<PageBox> = {}): PageBox {
  return boxOf(id, {
    state: 'done',
    activity: 'ready',
    final: true,
    title: `[DONE] main | turn ${id}`,
    endedAt: Date.now() - 60_000,
    ...changes,
  });
}
