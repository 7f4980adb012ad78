// The id of a gateway: a name for people, and one word of a subject of NATS.

export const MAX_GATEWAY_ID = 40;

const ID = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/i;

/** The id of such a text, if it is one. */
export function decodeGatewayId(text: string): string | undefined {
  return text.length <= MAX_GATEWAY_ID && ID.test(text) ? text : undefined;
}
