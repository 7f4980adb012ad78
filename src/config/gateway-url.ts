// The address of a gateway.

import { type Decoded, type TextForm, textForm } from './setting.ts';

/** A `ws:` or `wss:` address without credentials, query or fragment. */
export function gatewayUrl(): TextForm<string> {
  return textForm('a ws or wss address such as ws://127.0.0.1:18789', decodeUrl, String);
}

function decodeUrl(text: string): Decoded<string> {
  if (!URL.canParse(text)) return { wrong: text.includes('@') ? 'is no address' : undefined };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return { wrong: 'has a user name or password in it, which belongs in GATEWAY_TOKEN' };
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return { wrong: undefined };
  if (url.search !== '' || url.hash !== '') return { wrong: 'has a query or a fragment (?… or #…)' };
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}
