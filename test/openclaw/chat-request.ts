// Reads requests of the chat completions API as far as the scripted model needs them. Holds no state.

/** One message of the conversation that OpenClaw sends along. */
export interface ChatMessage {
  role: string;
  /** All text blocks, one per line. */
  text: string;
  /** Given for the answer of a tool. */
  toolCallId?: string;
}

export interface ChatRequest {
  messages: ChatMessage[];
  stream: boolean;
}

/** Never throws: whatever is no such request is an empty conversation. */
export function decodeChatRequest(body: string): ChatRequest {
  const request = recordOf(parsed(body));
  const messages = Array.isArray(request['messages']) ? request['messages'].map((message) => decodeMessage(recordOf(message))) : [];
  return { messages, stream: request['stream'] === true };
}

function decodeMessage({ role, content, tool_call_id: toolCallId }: Record<string, unknown>): ChatMessage {
  return { role: String(role), text: textOf(content), ...(typeof toolCallId === 'string' ? { toolCallId } : {}) };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => recordOf(block)['text'])
    .filter((text) => typeof text === 'string')
    .join('\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
