// Names of Mattermost channels and agents in the environment: one channel, or a list of allowed and denied names.

import type { NameList } from '../core/name-list.ts';
import { type TextForm, textForm } from './setting.ts';

/** A channel by id, or by the names that stand in its address. */
export type ChannelName = { readonly kind: 'id'; readonly id: string } | { readonly kind: 'name'; readonly team: string; readonly channel: string };

const ID = /^[a-z0-9]{26}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** A channel's id of 26 characters, or `team/channel` as in the channel's address. */
export function channelName(): TextForm<ChannelName> {
  const decode = (text: string) => {
    if (ID.test(text)) return { value: { kind: 'id', id: text } as const };
    const [team = '', channel = '', ...rest] = text.toLowerCase().split('/');
    return NAME.test(team) && NAME.test(channel) && rest.length === 0 ? { value: { kind: 'name', team, channel } as const } : { wrong: undefined };
  };
  const encode = (name: ChannelName) => (name.kind === 'id' ? name.id : `${name.team}/${name.channel}`);
  return textForm('the id of a channel (26 letters and digits) or team/channel', decode, encode);
}

/** Names divided by commas; `!name` denies, `*` stands for any characters. */
export function nameList(): TextForm<NameList> {
  const decode = (text: string) => {
    const names = text.toLowerCase().split(',').map((name) => name.trim());
    if (names.some((name) => !/^!?[^\s!,]+$/.test(name))) return { wrong: undefined };
    const deny = names.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
    return { value: { allow: names.filter((name) => !name.startsWith('!')), deny } };
  };
  const encode = (list: NameList) => [...list.allow, ...list.deny.map((name) => `!${name}`)].join(', ');
  return textForm('names divided by commas, where !name denies and * stands for any characters', decode, encode);
}
