// Posts the coordinator's alerts for the operators: short posts of their own, since an edit never notifies anybody.

import { createOnce, findPosted } from '../calls/post-once.ts';
import { codeSpan } from '../text/neutralise.ts';
import type { Alert, AlertOutcome } from '../coordinator/operator-alerts.ts';
import type { Logger } from '../core/log.ts';
import { FAILURES, PushError, type Sink, type Target } from '../core/sink.ts';

export interface AlertPorts {
  sink: Sink;
  log: Logger;
  /** Who we are and which channel was configured for alerts; `undefined` before Mattermost has answered. */
  connected(): { userId: string; operationsChannelId?: string } | undefined;
}

/** The coordinator's port `postAlert`. Never rejects. */
export function createAlerts(ports: AlertPorts): (alert: Alert) => Promise<AlertOutcome> {
  return async (alert) => {
    const connected = ports.connected();
    if (connected === undefined) return 'later';
    const target = connected.operationsChannelId === undefined ? alert.place : { channelId: connected.operationsChannelId };
    if (target === undefined) return 'never';
    try {
      await post(ports.sink, alert, target, connected.userId);
      return 'posted';
    } catch (error) {
      return outcomeOf(error, ports.log);
    }
  };
}

async function post(sink: Sink, alert: Alert, target: Target, userId: string): Promise<void> {
  const mark = { notice: alert.id };
  if (alert.isDoubtful && (await findPosted(sink, { mark, target, sinceAt: alert.at })) !== undefined) return;
  const message =
    target === alert.place || alert.place === undefined ? alert.text : `${alert.text} In channel ${codeSpan(alert.place.channelId)}.`;
  await createOnce(sink, { mark, target, message, pendingPostId: `${userId}:${alert.id}` });
}

function outcomeOf(error: unknown, log: Logger): AlertOutcome {
  if (error instanceof PushError && FAILURES[error.reason].lastsAs === 'failing') return 'later';
  log.warn({ err: error }, 'An alert to the operators could not be posted. The box and the audit ledger have the finding.');
  return 'never';
}
