// The text form of the id of a gateway.

import { decodeGatewayId, MAX_GATEWAY_ID } from '../core/gateway-name.ts';
import { type TextForm, textForm } from './setting.ts';

export function gatewayIdForm(): TextForm<string> {
  const decode = (text: string) => {
    const value = decodeGatewayId(text);
    return value === undefined ? { wrong: undefined } : { value };
  };
  return textForm(`a name of at most ${MAX_GATEWAY_ID} letters, digits, - and _`, decode, String);
}
