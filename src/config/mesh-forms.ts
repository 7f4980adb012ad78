// The addresses of a mesh: its bus, and the dashboard that repeats what the bus says.

import { type Decoded, type TextForm, textForm } from './setting.ts';

/** `nats:` or `tls:` addresses of the servers of one bus, divided by commas, without credentials. */
export function natsUrls(): TextForm<string> {
  const expected = 'a nats or tls address such as nats://127.0.0.1:4222, or several of one cluster divided by commas';
  return textForm(expected, (text) => joined(text.split(',').map((part) => decodeUrl(part.trim(), ['nats:', 'tls:']))), String);
}

/** An `http:` or `https:` address without credentials, query or trailing slash. */
export function dashboardUrl(): TextForm<string> {
  return textForm('an http or https address such as http://127.0.0.1:3000', (text) => decodeUrl(text, ['http:', 'https:']), String);
}

function joined(decoded: readonly Decoded<string>[]): Decoded<string> {
  const wrong = decoded.find((one) => 'wrong' in one);
  return wrong ?? { value: decoded.flatMap((one) => ('value' in one ? [one.value] : [])).join(',') };
}

function decodeUrl(text: string, protocols: readonly string[]): Decoded<string> {
  if (!URL.canParse(text)) return { wrong: undefined };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return { wrong: 'has a user name or password in it, which belongs in a file' };
  if (!protocols.includes(url.protocol) || url.host === '') return { wrong: undefined };
  if (url.search !== '' || url.hash !== '') return { wrong: 'has a query or a fragment (?… or #…)' };
  return { value: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}` };
}
