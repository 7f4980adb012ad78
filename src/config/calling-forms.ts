// The text forms of the variables about calls for people.

import { decodePerson } from './name-forms.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

/** The Mattermost name of an agent's bot; one without an agent is that of all others. Agent ids are in lower case. */
export type AgentBots = readonly (readonly [agentId: string | undefined, bot: string])[];

/** `openclaw`, or `main=openclaw, careful=careful-bot`. */
export function agentBots(): TextForm<AgentBots> {
  const encode = (bots: AgentBots) => bots.map(([agentId, bot]) => (agentId === undefined ? bot : `${agentId}=${bot}`)).join(', ');
  return textForm("the user name of the agents' bot, or agent=name pairs divided by commas, each agent once", decodeBots, encode);
}

function decodeBots(text: string): Decoded<AgentBots> {
  const bots: [string | undefined, string][] = [];
  for (const pair of text.toLowerCase().split(',')) {
    const [name = '', ...before] = pair
      .split('=')
      .map((part) => part.trim())
      .toReversed();
    const [agentId] = before;
    const bot = decodePerson(name);
    if (bot === undefined || before.length > 1 || (agentId !== undefined && !/^[^\s=,]+$/.test(agentId))) return { wrong: undefined };
    if (bots.some(([other]) => other === agentId)) return { wrong: `names ${agentId ?? 'the bot of all agents'} twice` };
    bots.push([agentId, bot]);
  }
  return { value: bots };
}

/** The address of a page for people, without a slash at its end. */
export function webAddress(example: string): TextForm<string> {
  return textForm(`an http or https address such as ${example}`, decodeAddress, String);
}

function decodeAddress(text: string): Decoded<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return { wrong: undefined };
  if (url.username !== '' || url.password !== '') return { wrong: 'has a user name or password in it, which everybody would see' };
  if (url.search !== '' || url.hash !== '') return { wrong: 'has a query or a fragment (?… or #…), which may be a token' };
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}
