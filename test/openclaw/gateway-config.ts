// The configuration of the real gateway: the scripted model, nothing else from the network, no work of its own. Pure.

import { join } from 'node:path';
import { CAREFUL_CHANNEL_ID } from './chat-server.ts';
import type { OpenClawVersion } from './versions.ts';

export interface GatewaySettings {
  port: number;
  token: string;
  /** Holds the workspace and the log. */
  home: string;
  /** The address of the scripted model. */
  modelUrl: string;
  mattermost: { url: string; token: string; streaming: string };
}

/** An agent beside `main`, whose commands need approval. */
export const CAREFUL = 'careful';

const CONTEXT_WINDOW = 200_000;

/** As `openclaw.json`; a version refuses what it does not know. */
export function gatewayConfig({ transcripts, plugin, protocol, byDefault }: OpenClawVersion, settings: GatewaySettings): object {
  const { port, token, home } = settings;
  const isNew = transcripts === 'none';
  const hasCareful = isNew && byDefault === 'every part';
  const hasPlugin = plugin !== 'none';
  const preview = protocol === 3 ? {} : { streaming: { mode: settings.mattermost.streaming } }; // the older have none
  const careful = { agentId: CAREFUL, match: { channel: 'mattermost', peer: { kind: 'channel', id: CAREFUL_CHANNEL_ID } } };
  return {
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token } },
    update: { checkOnStart: false },
    cron: { enabled: true },
    models: {
      mode: 'replace',
      ...(isNew ? { catalogRefresh: { enabled: false } } : {}),
      providers: { scripted: provider(settings.modelUrl) },
    },
    agents: {
      defaults: {
        workspace: join(home, 'workspace'),
        skipBootstrap: true,
        model: { primary: 'scripted/scripted' },
        heartbeat: { every: '0m' },
        subagents: { maxSpawnDepth: 2 },
      },
      ...(hasCareful ? { entries: { main: {}, [CAREFUL]: { tools: { exec: { mode: 'ask' } } } } } : {}),
    },
    ...(hasCareful ? { bindings: [careful] } : {}),
    logging: { file: join(home, 'openclaw.log') },
    // All tools are offered by name: the model need not search for them.
    ...(isNew ? { tools: { toolSearch: false } } : {}),
    plugins: { allow: ['mattermost'], slots: { memory: 'none' }, ...(hasPlugin ? { entries: { mattermost: { enabled: true } } } : {}) },
    ...(hasPlugin ? { channels: { mattermost: { ...channel(settings.mattermost), ...preview } } } : {}),
  };
}

function provider(baseUrl: string): object {
  const model = { id: 'scripted', name: 'Scripted', reasoning: false, input: ['text'], contextWindow: CONTEXT_WINDOW, maxTokens: 8_192 };
  const cost = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 };
  return { baseUrl, apiKey: 'fake-key-of-the-scripted-model', api: 'openai-completions', models: [{ ...model, cost }] };
}

/** Answers everybody in every thread, without being mentioned: whatever our posts could set off, they would. */
function channel({ url, token }: GatewaySettings['mattermost']): object {
  return {
    enabled: true,
    botToken: token,
    baseUrl: url,
    chatmode: 'onmessage',
    replyToMode: 'all',
    dmPolicy: 'open',
    allowFrom: ['*'],
    groupPolicy: 'open',
    network: { dangerouslyAllowPrivateNetwork: true },
  };
}
