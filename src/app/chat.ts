// Wires everything between the publisher and Mattermost: connections, token, breaker. Keeps what the start found out about the server.

import { type ChannelName, channelText } from '../config/name-forms.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { isRefusal, PushError, type Sink } from '../core/sink.ts';
import { wait } from '../core/wait.ts';
import type { SinkFacts } from '../health/health-report.ts';
import { type AuthGateSink, withAuthGate } from '../sinks/resilience/auth-gate.ts';
import { AdaptiveRate } from '../sinks/mattermost/adaptive-rate.ts';
import { withBackgroundPace } from '../sinks/mattermost/background-pace.ts';
import { type BreakerSink, withBreaker } from '../sinks/resilience/breaker.ts';
import type { MattermostChecks } from '../sinks/mattermost/checks.ts';
import { createDirectory, type Directory } from '../sinks/mattermost/directory.ts';
import type { Server } from '../sinks/mattermost/doubtful-answers.ts';
import { createMattermostSink } from '../sinks/mattermost/mattermost.ts';
import { type WaitingTime, withRateGate } from '../sinks/mattermost/rate-gate.ts';
import { type Fence, withFence } from '../sinks/resilience/fence.ts';
import type { Token } from '../sinks/resilience/token.ts';
import type { HttpTransport } from '../sinks/mattermost/transport.ts';
import { onceConnected } from '../sinks/resilience/once-connected.ts';
import { type ReachabilitySink, withReachability } from '../sinks/resilience/reachability.ts';
import { createThreadCosts, type ThreadCosts } from '../sinks/resilience/thread-costs.ts';

/** What is known once Mattermost has responded for the first time. */
export interface Connected {
  userId: string;
  username: string;
  isBot: boolean;
  maxPostChars: number;
  defaultChannelId?: string;
  /** The channel for alerts to the operators; without it alerts go into the conversation. */
  operationsChannelId?: string;
}

/** A channel of the configuration that cannot be used. */
class UnusableChannel extends PushError {}

export interface ChatPorts {
  clock: Clock;
  log: Logger;
  token: Token;
  transport: HttpTransport;
  /** Absent where no other process may write to the same posts. */
  fence?: Fence | undefined;
  /** How long the server asked an earlier process to wait. */
  remembered: WaitingTime;
}

const RETRY_MS = 5_000; // how often a server that is down at start is tried again
const REFUSED_RETRY_MS = 30_000; // each try with a refused token is a line in the server's log
const LOOK_MS = 2_000; // a corrected token file is found this soon
const TRIAL_AFTER_MS = 1_500; // a box with a waiting change goes first
const CHECK_AFTER_IDLE_MS = 11_000; // health must be true within 15 s though no box changes; a look for a twin comes sooner

export class Chat {
  readonly sink: Sink;
  readonly directory: Directory;
  readonly token: Token;
  readonly #rate: AdaptiveRate;
  /** Resolves when we know who we are; stays pending until then. */
  readonly whenConnected: Promise<void>;
  readonly #nowConnected: () => void;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #transport: HttpTransport;
  readonly #checks: MattermostChecks;
  readonly #reachability: ReachabilitySink;
  readonly #breaker: BreakerSink;
  readonly #gate: AuthGateSink;
  readonly #threadCosts: ThreadCosts;
  #connected: Connected | undefined;
  #refusal: string | undefined;
  /** Why the first connection fails, while it does. */
  #outage: string | undefined;
  /** The newest channel that could not be searched to its end. */
  #endlessChannel: string | undefined;

  constructor(config: Config, { clock, log, token, transport: http, fence, remembered }: ChatPorts) {
    ({ promise: this.whenConnected, resolve: this.#nowConnected } = Promise.withResolvers<void>());
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.token = token;
    this.#threadCosts = createThreadCosts(() => clock.monotonic());
    this.#transport = http;
    const { perSecond } = config.editsPerSecond;
    this.#rate = new AdaptiveRate(clock, { least: perSecond, most: config.editsPerSecondMax ?? perSecond });
    const transport = withBackgroundPace(withRateGate(this.#rate.watching(http.send), clock, remembered), clock, perSecond);
    const server: Server = {
      transport,
      userId: () => this.#connected?.userId ?? '',
      isBot: () => this.#connected?.isBot === true,
      onEndless: (channelId) => this.#setEndless(channelId),
    };
    const mattermost = createMattermostSink(server);
    this.#checks = mattermost;
    const timed = this.#threadCosts.timed(mattermost);
    this.#reachability = withReachability(fence === undefined ? timed : withFence(timed, fence), clock);
    this.#breaker = this.#withBreaker();
    this.#gate = this.#withGate();
    this.directory = this.#countingReplies(createDirectory(server, mattermost, (call) => this.#gate.pass(() => this.#breaker.pass(call))));
    this.sink = onceConnected(this.#gate, () => this.#connected !== undefined);
  }

  /** Requests a second that Mattermost bears by now. */
  perSecond(): number {
    return this.#rate.perSecond();
  }

  #countingReplies(directory: Directory): Directory {
    const threadReplies = async (rootId: string): Promise<number> => {
      const replies = await directory.threadReplies(rootId);
      this.#threadCosts.setReplies(rootId, replies);
      return replies;
    };
    return { ...directory, threadReplies };
  }

  /** Whether measured edits show that an edit in a thread of that many replies is expensive for this server. */
  isExpensive(replies: number): boolean {
    return this.#threadCosts.isExpensive(replies);
  }

  #setEndless(channelId: string): void {
    if (this.#endlessChannel === undefined)
      this.#log.warn(
        { channelId },
        'A channel has more posts of the last hour than are searched; posts of an earlier watcher may be overlooked there.',
      );
    this.#endlessChannel = channelId;
  }

  #withBreaker(): BreakerSink {
    const { breakerThreshold: threshold, breakerCooldownMs: cooldownMs } = this.#config;
    return withBreaker(this.#reachability, {
      threshold,
      cooldownMs,
      clock: this.#clock,
      onChange: (state, cause) =>
        this.#log.info({ state, cause: messageOf(cause) }, 'The circuit breaker of Mattermost changed its state.'),
    });
  }

  #withGate(): AuthGateSink {
    return withAuthGate(this.#breaker, {
      token: this.token,
      clock: this.#clock,
      check: (signal) => this.#checks.identify(signal),
      onChange: (status) => {
        if (status.state === 'refused')
          this.#log.error({ because: status.because }, 'Mattermost refuses the token; nothing is sent until it is accepted again.');
        else this.#log.info({}, 'Mattermost accepts the token again.');
      },
    });
  }

  /**
   * Waits until Mattermost responds and identifies our account, whatever it or a proxy refuses until then. Throws `PushError` for a
   * configured channel that cannot be used, since only a change of the configuration helps.
   */
  async connect(signal: AbortSignal): Promise<Connected> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#identify(signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof PushError) || error instanceof UnusableChannel) throw error;
        this.#reachability.record(error);
        this.#recordRefusal(error, attempt);
        if (error.reason === 'auth') await this.#waitForToken(signal);
        else await wait(this.#clock, Math.max(RETRY_MS, error.retryAfterMs ?? 0), signal);
      }
    }
  }

  /** Resolves when the token has changed, or when it is time to try the same one again. */
  async #waitForToken(signal: AbortSignal): Promise<void> {
    const refused = this.token.current();
    for (let waitedMs = 0; waitedMs < REFUSED_RETRY_MS && !signal.aborted; waitedMs += LOOK_MS) {
      this.token.refresh();
      if (this.token.current() !== refused) return;
      await wait(this.#clock, LOOK_MS, signal);
    }
  }

  async #identify(signal: AbortSignal): Promise<Connected> {
    const { userId, username, isBot, serverVersion } = await this.#checks.identify(signal);
    this.#refusal = undefined;
    const { maxPostChars } = await this.#checks.limits(signal);
    const { defaultChannel, operationsChannel } = this.#config;
    const connected: Connected = { userId, username, isBot, maxPostChars };
    if (!isBot) this.#log.warn({ username }, 'The token belongs to a person, not to a bot: boxes will appear under their name.');
    if (defaultChannel !== undefined) connected.defaultChannelId = await this.#resolve(defaultChannel, signal);
    if (operationsChannel !== undefined) connected.operationsChannelId = await this.#resolve(operationsChannel, signal);
    await this.#reachability.probe(signal);
    this.#log.info({ username, serverVersion, maxPostChars }, 'Connected to Mattermost.');
    this.#outage = undefined;
    this.#connected = connected;
    this.#nowConnected();
    return connected;
  }

  async #resolve(name: ChannelName, signal: AbortSignal): Promise<string> {
    const wanted = channelText(name);
    try {
      return (await this.#checks.resolveChannel(wanted, signal)).channelId;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new UnusableChannel(error.reason, error.message, { cause: error });
    }
  }

  #recordRefusal(error: PushError, attempt: number): void {
    this.#refusal = error.reason === 'auth' ? error.message : undefined;
    this.#outage = error.reason === 'auth' ? undefined : error.message;
    if (attempt === 1)
      this.#log.warn(
        { reason: error.reason, because: error.message },
        'Mattermost cannot be used yet; it is tried again every few seconds.',
      );
  }

  connected(): Connected | undefined {
    return this.#connected;
  }

  /** Call regularly: probes the server when no other request was made for a while. */
  checkIfIdle(): void {
    if (this.#connected === undefined) return;
    const isIdle = this.#reachability.idleMs() >= CHECK_AFTER_IDLE_MS;
    if (this.#breaker.state() === 'closed' && isIdle) void this.sink.probe().catch(() => undefined); // the layers record the failure
    if (this.#breaker.state() === 'half_open' && this.#reachability.idleMs() >= TRIAL_AFTER_MS) this.#tryHalfOpen();
  }

  /** Makes the request that closes a half-open circuit, so that it closes even when no box has a change. */
  #tryHalfOpen(): void {
    void this.#gate.pass(() => this.#breaker.pass(() => this.#checks.identify())).catch(() => undefined);
  }

  facts(failuresByReason: SinkFacts['failuresByReason'], blockedUntil: number | undefined): SinkFacts {
    const { reach: seen, lastSuccessAt } = this.#reachability.facts();
    const reach = this.#outage === undefined ? seen : { state: 'failing' as const, because: this.#outage };
    const endlessChannel = this.#endlessChannel;
    return {
      breaker: this.#breaker.state(),
      reach,
      token: this.#tokenCondition(),
      lastSuccessAt,
      blockedUntil,
      endlessChannel,
      failuresByReason,
    };
  }

  #tokenCondition(): SinkFacts['token'] {
    const gate = this.#gate.authStatus();
    const because = gate.state === 'refused' ? gate.because : this.#refusal;
    if (because !== undefined) return { state: 'refused', because };
    return { state: this.#connected === undefined ? 'unknown' : 'accepted' };
  }

  async close(): Promise<void> {
    this.#gate.stop();
    this.#breaker.stop();
    await this.#transport.close();
  }
}

function messageOf(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined;
}
