// Messages as `chat.history` gives them; times are seconds after T0.

import { POST, T0 } from './decoding.ts';

export const marks = (id: string, seconds: number, more = {}) => ({ __openclaw: { id, recordTimestampMs: T0 + seconds * 1000, ...more } });
export const userMessage = (id: string, seconds: number) => ({
  role: 'user',
  content: 'please',
  ...marks(id, seconds, { senderId: 'u', transport: { messageId: POST } }),
});
export const calls = (id: string, seconds: number, callId: string, runId = 'run-1') => ({
  role: 'assistant',
  content: [{ type: 'toolCall', id: callId, name: 'exec', arguments: { command: 'ls' } }],
  stopReason: 'toolUse',
  ...marks(id, seconds, { runId }),
});
export const toolResult = (id: string, seconds: number, callId: string) => ({
  role: 'toolResult',
  toolCallId: callId,
  toolName: 'exec',
  isError: false,
  content: [{ type: 'text', text: 'ok' }],
  ...marks(id, seconds, { runId: 'run-1' }),
});
export const says = (id: string, seconds: number, text: string, runId = 'run-1') => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  stopReason: 'stop',
  ...marks(id, seconds, { runId }),
});
