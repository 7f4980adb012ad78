// Names of sessions and boxes that another gateway tells: the gateway's id stands before them, so that those of two gateways are never the
// same, whatever they are called there. Pure.

const SEPARATOR = '/'; // no id of a gateway contains it

/** What we call it. Without a gateway it is our own, and is called what it is called. */
export function toldName(name: string, gateway: string | undefined): string {
  return gateway === undefined ? name : `${gateway}${SEPARATOR}${name}`;
}

/** The gateway that tells the box of that id; absent: ours. */
export function tellerOf(boxId: string): string | undefined {
  const end = boxId.indexOf(SEPARATOR); // no id of a box contains it, either
  return end < 0 ? undefined : boxId.slice(0, end);
}

/** What its own gateway calls it. */
export function ownName(name: string, gateway: string | undefined): string {
  return gateway === undefined ? name : name.slice(gateway.length + SEPARATOR.length);
}
