// An OpenAI-compatible model that plays scripts and remembers what it asked for. Owns its socket; knows no OpenClaw.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatMessage, decodeChatRequest } from './chat-request.ts';
import { type Script, scripts, type Step } from './model-scripts.ts';

/** One tool call that the model asked for. */
export interface AskedCall {
  callId: string;
  tool: string;
  args: Record<string, unknown>;
}

/** One answer of the model. */
export interface Ask {
  at: number;
  /** What the scenario calls itself: the part of the cue behind the slash. */
  scenario: string;
  script: string;
  step: number;
  text?: string;
  calls: AskedCall[];
  /** Refused with this status instead of answered. */
  status?: number;
  /** The caller hung up before the answer was complete. */
  cutOff: boolean;
}

/** The model while it runs. */
export interface ModelServer {
  /** To be given to OpenClaw as `baseUrl`. */
  readonly baseUrl: string;
  readonly asks: Ask[];
  /** All text of each request, in order of arrival. */
  readonly told: string[];
  /** What the tools answered, by call id, as OpenClaw told the model. */
  readonly toolAnswersById: Map<string, string>;
  close(): Promise<void>;
}

const CHUNK_CHARS = 24;
const CHUNK_MS = 10; // as fast as a quick model: the text still comes in pieces

/** Starts the model on loopback. A user text selects a script by its cue: `cue:<script>/<scenario>`, for a sub-agent `task:…`. */
export async function serveModel(): Promise<ModelServer> {
  const asks: Ask[] = [];
  const told: string[] = [];
  const toolAnswersById = new Map<string, string>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { messages, stream } = decodeChatRequest(await bodyOf(request));
    for (const { toolCallId, text } of messages) if (toolCallId !== undefined) toolAnswersById.set(toolCallId, text);
    told.push(messages.map(({ text }) => text).join('\n'));
    const cue = cueOf(messages);
    const { ask, step } = nextAsk(cue, asks);
    asks.push(ask);
    response.on('close', () => (ask.cutOff = !response.writableFinished));
    await play(response, ask, step, stream);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asks,
    told,
    toolAnswersById,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

interface Cue {
  script: string;
  scenario: string;
  /** Answers of the model since. */
  step: number;
}

const ADDED_CONTEXT = 'OPENCLAW_INTERNAL_CONTEXT';
const CUE = /\b(cue|task):([a-z-]+)\/([a-z0-9-]+)/g;

/**
 * The script of the conversation and how far it was played. A sub-agent's conversation begins with a `task:` and stays with it;
 * elsewhere the newest `cue:` counts. A task is quoted when its sub-agent reports, and what was said before in context that
 * OpenClaw adds: those are no cues.
 */
function cueOf(messages: readonly ChatMessage[]): Cue | undefined {
  const found = messages.flatMap(({ role, text }, index) =>
    role === 'user' ? [...text.matchAll(CUE)].map((match) => ({ match, index, isQuoted: text.includes(ADDED_CONTEXT) })) : [],
  );
  const [first] = found;
  const chosen = first?.match[1] === 'task' ? first : found.findLast(({ match, isQuoted }) => match[1] === 'cue' && !isQuoted);
  if (chosen === undefined) return undefined;
  const [, , script = '', scenario = ''] = chosen.match;
  const step = messages.slice(chosen.index).filter(({ role }) => role === 'assistant').length;
  return { script, scenario, step };
}

/** What the model says when nobody has asked for anything. */
const BEYOND = 'There is nothing more to do.';

function nextAsk(cue: Cue | undefined, asks: readonly Ask[]): { ask: Ask; step: Step } {
  const { script = 'none', scenario = 'none', step: number = 0 } = cue ?? {};
  const attempt = asks.filter((ask) => ask.script === script && ask.scenario === scenario && ask.step === number).length;
  const steps: Script | undefined = scripts[script];
  const step = steps?.({ scenario, step: number, attempt }) ?? { text: BEYOND };
  const calls = (step.calls ?? []).map(({ tool, args }, index) => ({
    callId: `call${scenario}${script}${number}n${index}`.replaceAll('-', ''),
    tool,
    args,
  }));
  const told = { ...(step.text === undefined ? {} : { text: step.text }), ...(step.status === undefined ? {} : { status: step.status }) };
  return { ask: { at: Date.now(), scenario, script, step: number, calls, cutOff: false, ...told }, step };
}

async function play(response: ServerResponse, ask: Ask, step: Step, stream: boolean): Promise<void> {
  if (step.status !== undefined) {
    const body = { error: { message: step.text ?? 'scripted failure', type: 'server_error' } };
    return void response.writeHead(step.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  if (!stream) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wholeAnswer(ask)));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (choice: object): void => void response.write(`data: ${JSON.stringify(chunkOf([choice]))}\n\n`);
  for (const piece of piecesOf(ask.text ?? '')) {
    if (response.destroyed) return;
    send({ index: 0, delta: { role: 'assistant', content: piece }, finish_reason: null });
    await sleep(step.pieceMs ?? CHUNK_MS);
  }
  if (ask.calls.length > 0) send({ index: 0, delta: { role: 'assistant', tool_calls: wireCalls(ask) }, finish_reason: null });
  send({ index: 0, delta: {}, finish_reason: finishOf(ask) });
  response.end(`data: ${JSON.stringify({ ...chunkOf([]), usage: USAGE })}\n\ndata: [DONE]\n\n`);
}

const USAGE = { prompt_tokens: 1_200, completion_tokens: 40, total_tokens: 1_240 };

function chunkOf(choices: object[]): object {
  return { id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 0, model: 'scripted', choices };
}

function wholeAnswer(ask: Ask): object {
  const message = { role: 'assistant', content: ask.text ?? '', ...(ask.calls.length === 0 ? {} : { tool_calls: wireCalls(ask) }) };
  const choices = [{ index: 0, message, finish_reason: finishOf(ask) }];
  return { id: 'chatcmpl-scripted', object: 'chat.completion', created: 0, model: 'scripted', choices, usage: USAGE };
}

function finishOf(ask: Ask): string {
  return ask.calls.length > 0 ? 'tool_calls' : 'stop';
}

function wireCalls(ask: Ask): object[] {
  return ask.calls.map(({ callId, tool, args }, index) => ({
    index,
    id: callId,
    type: 'function',
    function: { name: tool, arguments: JSON.stringify(args) },
  }));
}

function piecesOf(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${CHUNK_CHARS}}`, 'g')) ?? [];
}
