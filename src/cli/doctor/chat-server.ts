// Checks Mattermost: whether it answers, whose token it is, which channels the account is in, what the server allows, and its clock.

import { createMattermostSink } from '../../sinks/mattermost/mattermost.ts';
import { createHttpTransport } from '../../sinks/mattermost/transport.ts';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../core/error-code.ts';
import { type RouteTarget, targetText } from '../../core/route-rule.ts';
import type { Sink } from '../../core/sink.ts';
import type { MattermostChecks } from '../../sinks/mattermost/checks.ts';
import { createDirectory, type Directory } from '../../sinks/mattermost/directory.ts';
import { isRecord } from '../../core/json-guards.ts';
import { type HttpAnswer, segment } from '../../sinks/mattermost/exchange.ts';
import { settledAnswer } from '../../sinks/mattermost/doubtful-answers.ts';
import type { ResponseHeaders, TransportResponse } from '../../sinks/mattermost/transport.ts';
import { packageVersion } from '../../process/package-version.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const CLOCK_WARN_MS = 30_000;
const NEEDED_PER_SECOND = 10; // Mattermost's own default; our default uses five

/** A connection to Mattermost for one command. `headers` are those of the newest answer. */
export interface ChatServer {
  readonly sink: Sink & MattermostChecks;
  readonly directory: Directory;
  headers(): ResponseHeaders;
  remove(postId: string): Promise<void>;
  /** The lines of a box that was written by hand with this account; undefined for any other post. */
  readByHand(postId: string): Promise<{ lines: string[] } | undefined>;
  close(): Promise<void>;
}

export function openChatServer({ mmUrl, mmToken }: Pick<Config, 'mmUrl' | 'mmToken'>): ChatServer {
  const { send, close } = createHttpTransport({ baseUrl: mmUrl, token: () => mmToken, version: packageVersion() });
  let headers: ResponseHeaders = {};
  let userId = '';
  const transport = async (request: Parameters<typeof send>[0]): Promise<TransportResponse> => {
    const answer = await send(request);
    headers = answer.headers;
    return answer;
  };
  const server = { transport, userId: () => userId };
  const sink = createMattermostSink(server);
  const identify = sink.identify;
  return {
    sink: { ...sink, identify: async (signal) => rememberId(await identify(signal)) },
    directory: createDirectory(server, sink, async (call) => call()),
    headers: () => headers,
    remove: async (postId) => void (await transport({ method: 'DELETE', path: `/posts/${segment(postId)}` })),
    readByHand: async (postId) =>
      linesByHand(
        await settledAnswer(server, 'read', { method: 'GET', path: `/posts/${segment(postId)}` }),
        (await sink.identify()).userId,
      ),
    close,
  };

  function rememberId<T extends { userId: string }>(identity: T): T {
    ({ userId } = identity);
    return identity;
  }
}

function linesByHand({ json }: HttpAnswer, userId: string): { lines: string[] } | undefined {
  const post = isRecord(json) && json['user_id'] === userId && isRecord(json['props']) ? json['props'] : {};
  const [attachment] = Array.isArray(post['attachments']) ? (post['attachments'] as unknown[]) : [];
  if (!isRecord(post['livestatus']) || !('byHand' in post['livestatus']) || !isRecord(attachment)) return undefined;
  const [field] = Array.isArray(attachment['fields']) ? (attachment['fields'] as unknown[]) : [];
  const value = isRecord(field) && typeof field['value'] === 'string' ? field['value'] : '';
  return { lines: value === '' ? [] : value.split('\n') };
}

export async function checkChatServer(config: Config, chat: ChatServer): Promise<Finding[]> {
  try {
    const { username, isBot, serverVersion } = await chat.sink.identify();
    const headers = chat.headers();
    return [
      ok('Mattermost', `${config.mmUrl}, version ${serverVersion ?? 'unknown'}`),
      isBot
        ? ok('token', `of the bot ${username}`)
        : warn('token', `of ${username}, who is a person: boxes will stand under that name`, 'use the token of a bot account'),
      clockFinding(headers, Date.now()),
      limiterFinding(headers),
      await limitsFinding(chat),
      await channelsFinding(chat),
      ...(await namedChannelFindings(config, chat)),
    ];
  } catch (error) {
    return [fail('Mattermost', errorText(error), 'correct MM_URL and the token, and see that Mattermost runs')];
  }
}

export function clockFinding(headers: ResponseHeaders, now: number): Finding {
  const theirs = Date.parse([headers['date'] ?? ''].flat()[0] ?? '');
  if (Number.isNaN(theirs)) return ok('clock', 'Mattermost does not say what time it is');
  const offMs = Math.abs(now - theirs);
  if (offMs < CLOCK_WARN_MS) return ok('clock', 'as on the server of Mattermost');
  return warn('clock', `${Math.round(offMs / 1_000)} s away from that of Mattermost`, 'let both machines keep their time with NTP');
}

export function limiterFinding(headers: ResponseHeaders): Finding {
  const limit = Number([headers['x-ratelimit-limit'] ?? ''].flat()[0] || Number.NaN);
  if (Number.isNaN(limit)) return ok('rate limiter', 'none');
  if (limit >= NEEDED_PER_SECOND) return ok('rate limiter', `${limit} requests a second`);
  return warn('rate limiter', `only ${limit} requests a second`, `set EDITS_PER_SECOND to at most ${Math.max(1, Math.floor(limit / 2))}`);
}

async function limitsFinding({ sink }: ChatServer): Promise<Finding> {
  const { maxPostChars } = await sink.limits();
  return ok('limits', `${maxPostChars} characters a message`);
}

/** A bot without a channel can show nothing. */
async function channelsFinding({ directory }: ChatServer): Promise<Finding> {
  const channels = await directory.recentChannels(0);
  if (channels.length > 0) return ok('channels', `the account is in ${channels.length}`);
  return warn('channels', 'the account is in no channel', 'add the bot to its team and to the channels of the agents');
}

/** The account must be in every channel that the configuration names, or the watcher does not start, or a rule leads nowhere. A name that
 * nobody has is called in vain. */
async function namedChannelFindings(
  { defaultChannel, operationsChannel, operators = [], routes = [] }: Config,
  { sink }: ChatServer,
): Promise<Finding[]> {
  const named: [string, RouteTarget | undefined][] = [
    ['DEFAULT_CHANNEL', defaultChannel],
    ['OPERATIONS_CHANNEL', operationsChannel],
    ...operators.map((username): [string, RouteTarget] => ['OPERATORS', { kind: 'person', username }]),
    ...routes.map(({ target }): [string, RouteTarget] => ['ROUTES', target]),
  ];
  const targets = named.flatMap(([variable, target]) => (target === undefined ? [] : [{ variable, target, text: targetText(target) }]));
  const alike = [...Map.groupBy(targets, ({ text }) => text)];
  return Promise.all(
    alike.map(([text, [first, ...others]]) => {
      const variables = new Set([first, ...others].map((each) => each?.variable ?? ''));
      return targetFinding([...variables].join(', '), text, first?.target, sink);
    }),
  );
}

/** One finding, however many variables and rules name the target. */
async function targetFinding(variables: string, text: string, target: RouteTarget | undefined, sink: ChatServer['sink']): Promise<Finding> {
  try {
    if (target?.kind === 'person') return ok(variables, `${text} is user ${await sink.userNamed(target.username)}`);
    return ok(variables, `${text} is channel ${(await sink.resolveChannel(text)).channelId}`);
  } catch (error) {
    const says = errorText(error);
    const cure = target?.kind === 'person' ? `correct ${variables}` : `correct ${variables}, or add the account to that channel`;
    return fail(variables, says.includes(text) ? says : `${text}: ${says}`, cure);
  }
}
