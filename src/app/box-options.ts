// Makes the options of board and publisher from the configuration.

import type { BoardOptions } from '../boxes/board/board-ports.ts';
import type { PublisherOptions } from '../boxes/publish/publisher-ports.ts';
import type { Config } from '../config/config.ts';
import { LEAST_KEPT_LINES } from '../core/fold.ts';
import type { StatusLimits } from '../core/status.ts';
import { isListed } from '../core/name-list.ts';

export function publisherOptions({ throttleMs, pace, channelEditsPerHour, rootGone: onRootGone }: Config): PublisherOptions {
  return { throttleMs, pace, channelEditsPerHour, onRootGone };
}

/** `hasFindings`: whether the coordinator has a finding about the turn of that box. */
export function boardOptions(config: Config, hasFindings: (boxId: string) => boolean): BoardOptions {
  const { openAfterMs, cron, agents, maxActiveSessions: maxBoxes } = config;
  return {
    limits: statusLimits(config),
    policy: { openAfterMs, schedule: cron, allowsAgent: (agentId) => isListed(agents, [agentId]), hasFindings },
    maxBoxes,
  };
}

export function statusLimits({ idleTimeoutMs, maxSessionDurationMs: maxDurationMs }: Config): StatusLimits {
  return { idleTimeoutMs, maxDurationMs };
}

/** How many lines of a turn are kept. */
export function keptLinesOf({ maxStatusLines }: Config): number {
  return Math.max(LEAST_KEPT_LINES, maxStatusLines);
}
