// Turns the end of a connection into a state with a sentence on what to do, and says how soon to try again. Pure.

import type { Hello, Refusal } from './wire.ts';

/** The closed set of conditions. `because` is a sentence for the operator and names the cure where there is one. */
export type GatewayState =
  | { state: 'stopped' }
  | { state: 'connecting' }
  | { state: 'connected'; version: string; protocol: number }
  /** Connected, but without the scope to see anything. */
  | { state: 'blind'; because: string }
  | { state: 'auth'; because: string }
  /** The gateway's operator must approve this device by running `command`. */
  | { state: 'pairing'; because: string; requestId?: string; command: string }
  | { state: 'protocol'; because: string }
  | { state: 'starting'; because: string }
  | { state: 'unreachable'; because: string };

/** How one connection ended. `code` is one of WebSocket's, or of `ourCodes`. */
export interface LinkEnd {
  code: number;
  reason: string;
  /** The gateway's answer to our `connect`, when it refused. */
  refusal?: Refusal;
  hello?: Hello;
  /** Set when the connection proved this device, so that it needs no pairing. */
  deviceId?: string;
  /** The error of the socket, such as `ECONNREFUSED`. */
  cause?: string;
}

/** Why we ended a connection ourselves; private codes, never sent. */
export const ourCodes = { dead: 4_000, noTicks: 4_001, noHandshake: 4_002, blind: 4_003, stopped: 4_004, noToken: 4_005 } as const;

/** `fast`: the gateway is restarting; `backoff`: wait ever longer; `slow`: only an operator can help. */
export interface Verdict {
  state: GatewayState;
  retry: 'fast' | 'backoff' | 'slow';
  retryAfterMs?: number;
}

export const SCOPE = 'operator.read';

/** The state after the end of a connection, and how soon to try again. */
export function verdictOf(end: LinkEnd): Verdict {
  if (end.refusal !== undefined) return refused(end.refusal);
  switch (end.code) {
    case ourCodes.blind:
      return { state: { state: 'blind', because: describeBlind(end) }, retry: 'slow' };
    case ourCodes.noToken:
      return { state: { state: 'auth', because: `The gateway's token cannot be read: ${end.reason}.` }, retry: 'slow' };
    case ourCodes.dead:
      return unreachable('the connection is dead: the gateway answers no ping');
    case ourCodes.noTicks:
      return unreachable('the gateway has stopped sending its ticks');
    case ourCodes.noHandshake:
      return unreachable('something accepts connections there but does not answer like an OpenClaw gateway');
    case 1002:
      return {
        state: { state: 'protocol', because: `The gateway does not speak protocol 3 or 4 (${end.reason || 'no reason given'}).` },
        retry: 'slow',
      };
    case 1008:
      return policyViolation(end);
    case 1009:
      return unreachable('the gateway sent a frame of more than 26 MiB');
    case 1012:
      return { state: { state: 'starting', because: 'The gateway is restarting.' }, retry: 'fast' };
    case 1013:
      return { state: { state: 'starting', because: 'The gateway is starting.' }, retry: 'fast' };
    default:
      return unreachable(end.cause ?? (end.code === 1006 ? 'the connection broke' : `the connection was closed with code ${end.code}`));
  }
}

function refused(refusal: Refusal): Verdict {
  const { code, message, retryAfterMs } = refusal;
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (code === 'PAIRING_REQUIRED') return { state: pairing(refusal), retry: 'slow' };
  if (code === 'PROTOCOL_MISMATCH') {
    return {
      state: {
        state: 'protocol',
        because: 'The gateway speaks neither protocol 3 nor 4; this version of live-status is too old or too new for it.',
      },
      retry: 'slow',
    };
  }
  if (code === 'UNAVAILABLE') return { state: { state: 'starting', because: 'The gateway is starting.' }, retry: 'fast', ...later };
  if (isAuthCode(code)) return { state: { state: 'auth', because: describeAuth(code, message) }, retry: 'slow', ...later };
  return {
    state: { state: 'unreachable', because: `The gateway refuses the connection: ${message} (${code}).` },
    retry: 'backoff',
    ...later,
  };
}

function isAuthCode(code: string): boolean {
  return /^(?:AUTH_|DEVICE_|CONTROL_UI_|NOT_PAIRED$|CLIENT_VERSION_MISMATCH$)/.test(code);
}

function describeAuth(code: string, message: string): string {
  switch (code) {
    case 'AUTH_TOKEN_MISMATCH':
      return 'The gateway refuses the token; put the value of its gateway.auth.token into GATEWAY_TOKEN or GATEWAY_TOKEN_FILE.';
    case 'AUTH_TOKEN_MISSING':
    case 'AUTH_REQUIRED':
    case 'NOT_PAIRED':
    case 'DEVICE_IDENTITY_REQUIRED':
      return 'The gateway wants a token; set GATEWAY_TOKEN or GATEWAY_TOKEN_FILE.';
    case 'AUTH_RATE_LIMITED':
      return 'The gateway has seen too many wrong tokens from here and answers none for a while.';
    default:
      return `The gateway refuses the connection: ${message} (${code}).`;
  }
}

function pairing({ requestId }: Refusal): GatewayState {
  const command = `openclaw devices approve${requestId === undefined ? '' : ` ${requestId}`}`;
  const because = `The gateway does not know this device yet; on the gateway's host, run: ${command}`;
  return { state: 'pairing', because, command, ...(requestId === undefined ? {} : { requestId }) };
}

/** 1008 before the end of the handshake is about our credentials, after it about our speed. */
function policyViolation({ hello, reason }: LinkEnd): Verdict {
  if (hello !== undefined) return unreachable(`the gateway dropped us (${reason || 'policy violation'})`);
  return { state: { state: 'auth', because: `The gateway refuses the connection: ${reason || 'no reason given'}.` }, retry: 'slow' };
}

/** `reason` is the gateway's refusal when its hello did not say what it grants. */
function describeBlind({ hello, reason, deviceId }: LinkEnd): string {
  return `The gateway accepts the connection but ${describeGranted(hello, reason)}, so nothing can be seen. ${blindCure(deviceId)}`;
}

function describeGranted(hello: Hello | undefined, reason: string): string {
  if (hello?.scopes === undefined && reason !== '') return `refuses to show its sessions ("${reason}")`;
  const granted = hello?.scopes === undefined || hello.scopes.length === 0 ? 'no scope at all' : hello.scopes.join(', ');
  return `granted ${granted} instead of ${SCOPE}`;
}

/** The cure. A device that is already paired needs another one than pairing. */
function blindCure(deviceId: string | undefined): string {
  if (deviceId === undefined)
    return 'Connect directly (no proxy in between) with the gateway token, or pair this device with: live-status pair';
  return `On the gateway's host, let this device have ${SCOPE}: openclaw devices rotate --device ${deviceId} --role operator --scope ${SCOPE}`;
}

function unreachable(why: string): Verdict {
  return { state: { state: 'unreachable', because: `The gateway is not reachable: ${why}.` }, retry: 'backoff' };
}
