// The text form of the id of a gateway. It is a name for people.

import { type TextForm, textForm } from './setting.ts';

export const MAX_GATEWAY_ID = 40;

const ID = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/i;

export function gatewayIdForm(): TextForm<string> {
  const decode = (text: string) => {
    const value = decodeGatewayId(text);
    return value === undefined ? { wrong: undefined } : { value };
  };
  return textForm(`a name of at most ${MAX_GATEWAY_ID} letters, digits, - and _`, decode, String);
}

/** The id of such a text, if it is one. */
export function decodeGatewayId(text: string): string | undefined {
  return text.length <= MAX_GATEWAY_ID && ID.test(text) ? text : undefined;
}
