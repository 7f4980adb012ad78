// Names of Mattermost channels and agents in the environment: one channel, or a list of allowed and denied names.

import type { NameList } from '../core/name-list.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

/** A channel by id, or by the names in its address. */
export type ChannelName =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly team: string; readonly channel: string };

const ID = /^[a-z0-9]{26}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** A channel's id of 26 characters, or `team/channel` as in the channel's address. */
export function channelName(): TextForm<ChannelName> {
  const decode = (text: string) => {
    const value = decodeChannelName(text);
    return value === undefined ? { wrong: undefined } : { value };
  };
  return textForm('the id of a channel (26 letters and digits) or team/channel', decode, channelText);
}

/** Channels, divided by commas. */
export function channelNames(): TextForm<readonly ChannelName[]> {
  const decode = (text: string) => {
    const names = text.split(',').map((name) => decodeChannelName(name.trim()));
    const known = names.filter((name) => name !== undefined);
    return known.length === names.length ? { value: known } : { wrong: undefined };
  };
  const encode = (names: readonly ChannelName[]) => names.map(channelText).join(', ');
  return textForm('ids of channels (26 letters and digits) or team/channel, divided by commas', decode, encode);
}

/** The channel as it is written in the environment. */
export function channelText(name: ChannelName): string {
  return name.kind === 'id' ? name.id : `${name.team}/${name.channel}`;
}

/** The channel of such a text, if it is one. */
export function decodeChannelName(text: string): ChannelName | undefined {
  if (ID.test(text)) return { kind: 'id', id: text };
  const [team = '', channel = '', ...rest] = text.toLowerCase().split('/');
  return NAME.test(team) && NAME.test(channel) && rest.length === 0 ? { kind: 'name', team, channel } : undefined;
}

/** Names that reach a whole channel. */
export const GROUP_NAMES: ReadonlySet<string> = new Set(['all', 'channel', 'here']);

/** The user name of such a text, with or without `@`, if it is one of a person: none that reaches a whole channel. */
export function decodePerson(text: string): string | undefined {
  const name = text.toLowerCase().replace(/^@/, '');
  return NAME.test(name) && !GROUP_NAMES.has(name) ? name : undefined;
}

/** Names divided by commas; `!name` denies, `*` stands for any characters. A lone `*` allows everything, as an empty list does. */
export function nameList(): TextForm<NameList> {
  return textForm('names divided by commas, where !name denies and * stands for any characters', decodeNames, encodeNames);
}

function decodeNames(text: string): Decoded<NameList> {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  if (names.some((name) => !/^!?[^\s!,]+$/.test(name))) return { wrong: undefined };
  const allow = names.filter((name) => !name.startsWith('!'));
  const deny = names.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  return { value: { allow: allow.includes('*') ? [] : allow, deny } };
}

function encodeNames({ allow, deny }: NameList): string {
  return [...(allow.length === 0 ? ['*'] : allow), ...deny.map((name) => `!${name}`)].join(', ');
}

/** A word of letters and digits, as a part of a subject of NATS. */
export function serverWord(): TextForm<string> {
  const decode = (text: string) => (/^[a-z0-9]{1,32}$/i.test(text) ? { value: text } : { wrong: undefined });
  return textForm('a word of at most 32 letters and digits', decode, String);
}
