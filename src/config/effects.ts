// Says in a sentence what a switch comes to together with the settings it depends on. `live-status config` prints them.

import type { Config } from './config.ts';
import { channelText } from './name-forms.ts';
import { durationText } from './pace-form.ts';
import { timeText } from './plain-forms.ts';

/** One sentence for each switch. */
export function effectsOf(config: Config): string[] {
  return [
    roleEffect(config),
    answerEffect(config),
    linkEffect(config),
    callEffect(config),
    digestEffect(config),
    signsEffect(config),
    boardEffect(config),
    pageEffect(config),
  ];
}

function roleEffect({ role, fleet, mmToken }: Config): string {
  if (fleet === undefined) return `ROLE=${role}: this process watches agents and writes their boxes; it is no part of a fleet.`;
  if (role === 'publisher')
    return `ROLE=publisher: boxes are written for all watchers that send to ${fleet.url}, while no other publisher of ${fleet.server} does it.`;
  const token = mmToken === '' ? '' : ' MM_TOKEN is set, and not used: it is better kept by publishers alone.';
  return `ROLE=watcher: what is seen here is sent, redacted, to ${fleet.url}; a publisher of ${fleet.server} writes the boxes.${token}`;
}

function answerEffect({ approveBot }: Config): string {
  if (approveBot === undefined)
    return 'APPROVE_BOT is not set: boxes that wait for an approval of OpenClaw say how it is answered, but have no line to copy.';
  const bots = approveBot.map(([agentId, bot]) => `@${bot}${agentId === undefined ? '' : ` (${agentId})`}`).join(', ');
  return `APPROVE_BOT: boxes that wait for an approval of OpenClaw have lines to copy that mention ${bots}; nothing is posted by us.`;
}

function linkEffect({ controlUiUrl }: Config): string {
  if (controlUiUrl === undefined) return 'CONTROL_UI_URL is not set: boxes that wait for an approval of OpenClaw name no page.';
  return `CONTROL_UI_URL: boxes that wait for an approval of OpenClaw name its page below ${controlUiUrl}/approve/.`;
}

function signsEffect({ signs }: Config): string {
  if (!signs) return 'SIGNS=0: no reaction is put on any post, and those of an earlier watcher are taken away.';
  return 'SIGNS=1: a reaction on the post that asked shows that an agent works on it, waits, is done or has failed, where our account may react.';
}

function boardEffect({ board, boardChannels = [] }: Config): string {
  if (board === 'off') return 'BOARD=off: no channel has a pinned board.';
  const channels = boardChannels.map(channelText).join(', ');
  return `BOARD=channel: one pinned post lists who waits, works, is stuck or has failed, in ${channels}; who unpins it is left alone.`;
}

function pageEffect({ page, pageDirect, healthPort, healthHost, healthToken }: Config): string {
  if (page === 'off' || healthPort === 0)
    return `PAGE=${page}${healthPort === 0 ? ', but HEALTH_PORT=0' : ''}: there is no page of all boxes.`;
  const direct = pageDirect ? 'those of direct conversations too' : 'without those of direct conversations';
  const readers = healthToken === undefined ? 'everybody who can log in on this machine' : 'whoever has HEALTH_TOKEN';
  const unless = page === 'auto' && healthToken === undefined ? ', but only while nobody else can log in here' : '';
  return `PAGE=${page}: ${readers} sees all boxes, ${direct}, at http://${healthHost}:${healthPort}/${unless}.`;
}

function callEffect({ call, operators = [], callsPerHour, callFailedAfterMs, callDoneAfterMs, operationsChannel }: Config): string {
  if (call === 'off') return 'CALL=off: nobody is called when an agent waits, fails or is done.';
  if (callsPerHour === 0) return `CALL=${call}, but CALLS_PER_HOUR=0: nobody is called.`;
  const named = operators.map((name) => `@${name}`).join(', ');
  const nobody = operationsChannel === undefined ? 'nobody' : 'nobody by name';
  const fallback = named === '' ? nobody : named;
  const whom = call === 'operators' ? fallback : `who asked, or ${fallback} where that is no person we know,`;
  const where =
    operationsChannel === undefined ? 'where the box is' : 'in OPERATIONS_CHANNEL, or where the box is for private conversations';
  const when = `an agent has waited for 10s, a turn failed after ${durationText(callFailedAfterMs)} or longer, or was done after ${durationText(callDoneAfterMs)} or longer`;
  return `CALL=${call}: a post of its own, ${where}, calls ${whom} when ${when}; at most ${callsPerHour} an hour.`;
}

function digestEffect({ digestAt }: Config): string {
  if (digestAt === undefined) return 'DIGEST_AT is not set: no channel gets a digest of its turns.';
  const zone: string = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC, since TZ names no time zone'; // `undefined` then
  return `DIGEST_AT=${timeText(digestAt)}: at that time (${zone}) each channel gets a table of the turns that have ended in its boxes since the last one.`;
}
