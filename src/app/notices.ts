// Posts what the coordinator tells the operators: short posts of their own, since an edit never notifies anybody.

import { codeSpan } from '../text/neutralise.ts';
import type { Notice, Told } from '../coordinator/operators.ts';
import type { Logger } from '../core/log.ts';
import { FAILURES, PushError, type Sink, type Target } from '../core/sink.ts';

export interface NoticesPorts {
  sink: Sink;
  log: Logger;
  /** Who we are and which channel was configured for notices; `undefined` before Mattermost has answered. */
  connected(): { userId: string; noticeChannelId?: string } | undefined;
}

const SEARCHED_BACK_MS = 60_000; // the clocks of the two machines may differ

/** The `tell` port of the coordinator. Never rejects. */
export function createNotices(ports: NoticesPorts): (notice: Notice) => Promise<Told> {
  return async (notice) => {
    const connected = ports.connected();
    if (connected === undefined) return 'later';
    const target = connected.noticeChannelId === undefined ? notice.place : { channelId: connected.noticeChannelId };
    if (target === undefined) return 'never';
    try {
      if (notice.isDoubtful && (await isPosted(ports.sink, notice, target))) return 'told';
      await post(ports.sink, notice, target, connected.userId);
      return 'told';
    } catch (error) {
      return outcomeOf(error, ports.log);
    }
  };
}

/** A notice that an earlier attempt may have posted. */
async function isPosted(sink: Sink, notice: Notice, target: Target): Promise<boolean> {
  const own = await sink.findOwn(target.channelId, notice.at - SEARCHED_BACK_MS);
  return own.some(({ meta }) => typeof meta === 'object' && meta !== null && 'notice' in meta && meta.notice === notice.id);
}

async function post(sink: Sink, notice: Notice, target: Target, userId: string): Promise<void> {
  const message =
    target === notice.place || notice.place === undefined ? notice.text : `${notice.text} In channel ${codeSpan(notice.place.channelId)}.`;
  const draft = { message, props: { livestatus: { notice: notice.id } }, pendingPostId: `${userId}:${notice.id}` };
  try {
    await sink.create({ ...draft, target });
  } catch (error) {
    if (!(error instanceof PushError) || error.reason !== 'root_gone') throw error;
    await sink.create({ ...draft, target: { channelId: target.channelId } });
  }
}

function outcomeOf(error: unknown, log: Logger): Told {
  if (error instanceof PushError && FAILURES[error.reason].lastsAs === 'failing') return 'later';
  log.warn({ err: error }, 'The operators could not be told of a finding; the box and the audit ledger have it.');
  return 'never';
}
