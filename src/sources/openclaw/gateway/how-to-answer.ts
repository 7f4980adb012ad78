// Says how a person answers an approval of OpenClaw from the chat. We only read, so people post the line themselves. Pure.

import type { EventOf } from '../../../core/event.ts';

/** The Mattermost name of an agent's bot; one without an agent is that of all others. */
export type BotsByAgent = readonly (readonly [agentId: string | undefined, bot: string])[];

/** What the operator has set for it. */
export interface AnswerPlaces {
  approveBot?: BotsByAgent | undefined;
  /** The address of OpenClaw's Control UI. */
  controlUiUrl?: string | undefined;
}

type HowToAnswer = Pick<EventOf<'waiting_started'>, 'who' | 'copy' | 'link'>;

const SHORT_ID_CHARS = 8; // as many as the gateway needs to find the approval
/** The shape of the gateway's ids. The id goes into a line that people copy, and into an address. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9-]{7,127}$/;
/** The decisions that OpenClaw offers for every approval. */
const DECISIONS = ['allow-once', 'deny'] as const;
const WHO = "those whom allowFrom of OpenClaw's Mattermost plugin names";

/** The bot must be mentioned: a leading slash alone is eaten by Mattermost. Without its name there is nothing to copy. */
export function howToAnswer(approvalId: string, agentId: string, { approveBot = [], controlUiUrl }: AnswerPlaces): HowToAnswer {
  if (!PLAIN_ID.test(approvalId)) return { who: WHO };
  const bot = botOf(agentId, approveBot);
  const command = `/approve ${approvalId.slice(0, SHORT_ID_CHARS)}`;
  const link = controlUiUrl === undefined ? {} : { link: `${controlUiUrl}/approve/${approvalId}` };
  const choices = DECISIONS.map((decision) => `\`${command} ${decision}\``).join(' or ');
  if (bot === undefined) return { who: `${WHO}, with a mention of the agent's bot before ${choices}`, ...link };
  return { who: `${WHO}, wherever @${bot} reads along`, copy: DECISIONS.map((decision) => `@${bot} ${command} ${decision}`), ...link };
}

function botOf(agentId: string, bots: BotsByAgent): string | undefined {
  const named = bots.find(([agent]) => agent === agentId.toLowerCase()) ?? bots.find(([agent]) => agent === undefined);
  return named?.[1];
}
