// Posts the coordinator's alerts for the operators: short posts of their own, since an edit never notifies anybody.

import { codeSpan } from '../text/neutralise.ts';
import type { Alert, AlertOutcome } from '../coordinator/operator-alerts.ts';
import { isRecord } from '../core/json-guards.ts';
import type { Logger } from '../core/log.ts';
import { FAILURES, PushError, type Sink, type Target } from '../core/sink.ts';

export interface AlertPorts {
  sink: Sink;
  log: Logger;
  /** Who we are and which channel was configured for alerts; `undefined` before Mattermost has answered. */
  connected(): { userId: string; alertChannelId?: string } | undefined;
}

const SEARCHED_BACK_MS = 60_000; // the clocks of the two machines may differ

/** The coordinator's port `postAlert`. Never rejects. */
export function createAlerts(ports: AlertPorts): (alert: Alert) => Promise<AlertOutcome> {
  return async (alert) => {
    const connected = ports.connected();
    if (connected === undefined) return 'later';
    const target = connected.alertChannelId === undefined ? alert.place : { channelId: connected.alertChannelId };
    if (target === undefined) return 'never';
    try {
      if (alert.isDoubtful && (await isPosted(ports.sink, alert, target))) return 'posted';
      await post(ports.sink, alert, target, connected.userId);
      return 'posted';
    } catch (error) {
      return outcomeOf(error, ports.log);
    }
  };
}

/** Whether an earlier attempt has posted the alert. */
async function isPosted(sink: Sink, alert: Alert, target: Target): Promise<boolean> {
  const own = await sink.findOwn(target.channelId, alert.at - SEARCHED_BACK_MS);
  return own.some(({ meta }) => isRecord(meta) && meta['notice'] === alert.id);
}

async function post(sink: Sink, alert: Alert, target: Target, userId: string): Promise<void> {
  const message =
    target === alert.place || alert.place === undefined ? alert.text : `${alert.text} In channel ${codeSpan(alert.place.channelId)}.`;
  const draft = { message, props: { livestatus: { notice: alert.id } }, pendingPostId: `${userId}:${alert.id}` };
  try {
    await sink.create({ ...draft, target });
  } catch (error) {
    if (!(error instanceof PushError) || error.reason !== 'root_gone') throw error;
    await sink.create({ ...draft, target: { channelId: target.channelId } });
  }
}

function outcomeOf(error: unknown, log: Logger): AlertOutcome {
  if (error instanceof PushError && FAILURES[error.reason].lastsAs === 'failing') return 'later';
  log.warn({ err: error }, 'An alert to the operators could not be posted. The box and the audit ledger have the finding.');
  return 'never';
}
