// The address of a server that we send a token to: what it may contain, and when plain text is too dangerous.

import { isLoopback } from '../core/loopback.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

/** An `http:` or `https:` address without credentials, query or trailing slash. It keeps the path of the server. */
export function serverUrl(example: string): TextForm<string> {
  return textForm(`an http or https address such as ${example}`, decodeUrl, String);
}

function decodeUrl(text: string): Decoded<string> {
  if (!URL.canParse(text)) return { wrong: text.includes('@') ? 'is no address' : undefined };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return { wrong: 'has a user name or password in it, which belongs in MM_TOKEN' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { wrong: undefined };
  if (url.search !== '' || url.hash !== '') return { wrong: 'has a query or a fragment (?… or #…)' };
  if (/\/api\/v\d+\/?$/.test(url.pathname)) return { wrong: 'ends in the path of the API, which is added by itself' };
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

/** Whether somebody could read a token on the way to this address: plain text to another machine. */
export function isExposed(address: string): boolean {
  const url = new URL(address);
  return url.protocol !== 'https:' && url.protocol !== 'wss:' && !isLoopback(url.hostname);
}
