// Lines of rollouts as Codex writes them, in the older form.

/** One line; `at` is when it is written. */
export function rolloutLine(type: string, payload: Record<string, unknown>, at = Date.now()): string {
  return `${JSON.stringify({ timestamp: new Date(at).toISOString(), type, payload })}\n`;
}

/** What a thread begins with: itself, and a turn that somebody asked for. */
export function rolloutHead(threadId: string, meta: Record<string, unknown> = {}, at = Date.now()): string {
  const started = { id: threadId, timestamp: new Date(at).toISOString(), cwd: '/home/dev/shop', ...meta };
  const turn = { type: 'task_started', turn_id: `turn-of-${threadId}`, started_at: Math.floor(at / 1000) };
  return (
    rolloutLine('session_meta', started, at) +
    rolloutLine('event_msg', turn, at) +
    rolloutLine('event_msg', { type: 'user_message', message: 'Count the items.' }, at)
  );
}
