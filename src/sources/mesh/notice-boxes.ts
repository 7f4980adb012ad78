// Notices of a node that something is blocked or went wrong: each is a box that says so. Others are for the node's own screen.

import type { Clock } from '../../core/clock.ts';
import type { SessionEvent } from '../../core/event.ts';
import type { BoxView } from './box-view.ts';
import { observed } from './mesh-facts.ts';
import { addressOf, keyOf } from './mesh-identity.ts';
import type { ShowText } from './shown-text.ts';
import type { Notification } from './workspace-files.ts';

interface NoticePorts {
  readonly clock: Clock;
  readonly show: ShowText;
  /** Whether the box is news. */
  showBox(view: BoxView): boolean;
  emit(event: SessionEvent): void;
}

const SHOWN = new Set(['block', 'error']);

export function showNotice({ id, at, kind, title, message, node }: Notification, { clock, show, showBox, emit }: NoticePorts): void {
  if (!SHOWN.has(kind)) return;
  const reason = show(title) ?? kind;
  const text = show(message);
  const key = `${keyOf('node', node)}:notice:${id}`;
  const view: BoxView = {
    key,
    agentId: node,
    address: addressOf('node', node),
    title: `${node} ${kind === 'block' ? 'is blocked' : 'error'}`,
    startedAt: at,
    at,
    notes: text === undefined ? [] : [{ noteId: 'message', text, severity: 'critical' }],
    meters: [],
    waits: [],
    calls: [],
    children: [],
    steps: [],
    end: { outcome: 'failed', at, reason },
  };
  if (showBox(view)) emit(observed(key, clock.now(), 'notification', { kind, title: reason, message: text ?? '', node }));
}
