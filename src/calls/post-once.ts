// Creates a post that is no box, and finds it again after a crash by what its `props.livestatus` says.

import { isRecord } from '../core/json-guards.ts';
import { PushError, type Sink, type Target } from '../core/sink.ts';

interface Marked {
  /** Its one name, such as `{ call: id }`. */
  mark: Readonly<Record<string, string>>;
  target: Target;
}

export interface OwnPost extends Marked {
  message: string;
  /** The same for every attempt. */
  pendingPostId: string;
}

const CLOCKS_DIFFER_MS = 60_000; // those of the two machines

/** Creates it: in its thread, or in the channel when the thread is gone. Throws `PushError`. */
export async function createOnce(sink: Pick<Sink, 'create'>, { mark, target, message, pendingPostId }: OwnPost): Promise<string> {
  const draft = { message, props: { livestatus: mark }, pendingPostId };
  try {
    return (await sink.create({ ...draft, target })).postId;
  } catch (error) {
    if (!(error instanceof PushError) || error.reason !== 'root_gone') throw error;
    return (await sink.create({ ...draft, target: { channelId: target.channelId } })).postId;
  }
}

/** The post of an earlier attempt, if it was carried out. Throws `PushError`. */
export async function findPosted(
  sink: Pick<Sink, 'findOwn'>,
  { mark, target, sinceAt }: Marked & { sinceAt: number },
): Promise<string | undefined> {
  const own = await sink.findOwn(target.channelId, sinceAt - CLOCKS_DIFFER_MS);
  return own.find(({ meta }) => isRecord(meta) && Object.entries(mark).every(([name, value]) => meta[name] === value))?.postId;
}
