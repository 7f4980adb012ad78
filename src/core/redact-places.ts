// Secrets that are given away by where they stand: in a header, in an address, or as an argument of a known program.

import { type JoinedText, jointAtOrAfter, type Span } from './redact-view.ts';

/** Whether a line break may lie inside: yes, because what follows proves it; no; or only before random characters. */
type Wrap = 'certain' | 'never' | 'random';

interface Place {
  /** The first group is what stands before the secret, the second the secret. Every quantifier is bounded: the search stays linear. */
  pattern: RegExp;
  isSecret?: (value: string, before: string) => boolean;
  /** The command in which this argument has this meaning. */
  command?: RegExp;
}

const MAX_COMMAND_CHARS = 400;
const STAND_IN = /^(?:\[redacted\]|\$(?:\{|\(|[A-Z_][A-Z0-9_]*$|[a-z_]+$)|<[^>]*>?$|\{\{|\{\w*\}|\*{2,}$|x{3,}$|\.{3}|…|%[\w(])/i;

/** Wrapped or not: these are looked for in the text without its line breaks. */
const IN_JOINED_TEXT: (Place & { wrap: Wrap })[] = [
  // scheme://user:password@host; a port before a path with an @ is no password
  {
    pattern: /(:\/\/[^\s/:@"'`<>]{0,256}:)((?!\d{1,5}\/)(?:[^\s"'`<>/]{1,512}|[^\s"'`<>@]{1,512}))(?=@)/g,
    isSecret: (value) => !isStandIn(value),
    wrap: 'certain',
  },
  // scheme://token@host
  { pattern: /(:\/\/)([A-Za-z0-9_~.-]{16,256})(?=@)/g, isSecret: hasDigitAndLetter, wrap: 'never' },
  {
    pattern: /(\bbearer(?:[ \t]{1,4}|%20|\+))([A-Za-z0-9._~+/=-]{12,4096})/gi,
    isSecret: (value) => hasDigit(value) || (value.length >= 20 && /[a-z][A-Z]/.test(value)),
    wrap: 'random',
  },
  // Signatures that are the whole permission of an address
  {
    pattern:
      /((?:[?&;]|&amp;|%26)(?:sig|signature|x-amz-(?:signature|security-token)|x-goog-signature|googleaccessid|awsaccesskeyid)(?:=|%3D))([^\s&"'`<>;]{8,4096})/gi,
    isSecret: (value) => !isStandIn(value),
    wrap: 'random',
  },
  // The secret half of an AWS key pair beside the public one
  {
    pattern: /(\b(?:AKIA|ASIA)[A-Z0-9]{16}["'`]?[\s,:;|/=>-]{1,6}(?:[\w ]{0,40}[:=][ ]{0,2})?["'`]?)([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/g,
    wrap: 'certain',
  },
];

/** Looked for in the text without explicit line breaks. */
const IN_LINES: Place[] = [
  {
    pattern:
      /(authorization\\{0,3}["'`]?\s{0,4}(?::|=>|=|,)\s{0,4}\\{0,3}["'`]?(?:bearer|basic|token|negotiate|ntlm|api-?key|key|splunk|sso-key|bot|hmac|oauth|jwt|pat)\s{1,4}\\?\s{0,16})([^\s"'`\\]{4,8192}(?:\\?\n[ \t]{0,40}[A-Za-z0-9+/=_.~-]{1,4096}(?=["'`]))?)/gi,
    isSecret: (value) => !isStandIn(value) && !/^[a-z]{1,12}[.,;:]?$/.test(value),
  },
  {
    pattern:
      /(authorization\\{0,3}["'`]?\s{0,4}(?::|=>|=|,)\s{0,4}\\{0,3}["'`]?)((?:digest|aws4-hmac-sha256|hawk|mac|signature|oauth)\s[^\n]{8,4096})/gi,
  },
  {
    pattern: /(authorization\\{0,3}["'`]?\s{0,4}(?::|=>|=)\s{0,4}\\{0,3}["'`]?)([^\s"'`\\]{8,8192})/gi,
    isSecret: (value) => !isStandIn(value) && hasDigitAndLetter(value) && !/[([]/.test(value),
  },
  {
    pattern: /(\b(?:set-)?cookie\\{0,3}["'`]?\s{0,2}:\s{0,4}\\{0,3}["'`]?)([^\n"'`\\]{6,8192})/gi,
    isSecret: (value) => /^[\w.%-]{1,128}=[^\s;]{4}/.test(value) && !isStandIn(value),
  },
  // .netrc
  { pattern: /(\blogin\s{1,8}[^\s]{1,128}\s{1,8}password\s{1,8})([^\s]{1,256})/g, isSecret: (value) => !isStandIn(value) },
  // curl -u user:password
  {
    pattern: /((?:^|\s)(?:-u|-U|--user|--proxy-user)(?:[ \t]{1,4}|=)?["']?[^\s:"']{0,128}:)([^\s"']{1,256})/g,
    command: /\b(?:curl|wget|https?|xh|lftp|ftp)\b/,
    isSecret: (value) => !isStandIn(value) && !value.startsWith('//'),
  },
  {
    pattern: /(\s-p)((?:"[^"\n]{1,256}"|'[^'\n]{1,256}'|[^\s"'-][^\s"']{0,255}))/g,
    command: /\b(?:mysql\w{0,12}|mariadb[\w-]{0,12}|mycli|sshpass|7z\w?|rar|unrar)\b/,
    isSecret: (value) => !isStandIn(value),
  },
  {
    pattern: /(\s-[pP]\s{1,4})((?:"[^"\n]{1,256}"|'[^'\n]{1,256}'|[^\s"'-][^\s"']{0,255}))/g,
    command:
      /\b(?:sshpass|(?:docker|podman|buildah|skopeo|nerdctl|az|oc|crane|helm\s{1,4}registry)\s{1,4}login|mongo\w{0,8}|unzip|zip|ldap\w{1,12}|isql|sqlcmd|bcp|ipmitool)\b/,
    isSecret: (value) => !isStandIn(value),
  },
  {
    pattern: /(\s-a\s{1,4}["']?)([^\s"'-][^\s"']{0,255})/g,
    command: /\b(?:redis|valkey|keydb)-cli\b/,
    isSecret: (value) => !isStandIn(value),
  },
  { pattern: /(\s-w\s{1,4}["']?)([^\s"'-][^\s"']{0,255})/g, command: /\bldap\w{1,12}\b/, isSecret: (value) => !isStandIn(value) },
  {
    pattern: /(\s-U\s{0,4}["']?[^\s%"']{1,128}%)([^\s"']{1,256})/g,
    command: /\b(?:smbclient|smbmap|rpcclient|net|mount)\b/,
    isSecret: (value) => !isStandIn(value),
  },
  { pattern: /(\bpass:)([^\s"']{1,256})/g, command: /\bopenssl\b/, isSecret: (value) => !isStandIn(value) },
  {
    pattern: /(\bhtpasswd\s{1,4}-\w{0,6}b\w{0,6}\s{1,4}[^\s]{1,256}\s{1,4}[^\s]{1,128}\s{1,4}["']?)([^\s"']{1,256})/g,
    isSecret: (value) => !isStandIn(value),
  },
  // A password handed to a program through its standard input
  {
    pattern:
      /(\b(?:echo|printf)\s{1,4}(?:-\w{1,3}\s{1,4})?(?:["']?%s(?:\\n)?["']?\s{1,4})?["']?)([^\s"'|$][^"'|\n]{0,255})(?=["']?\s{0,4}\|\s{0,4}(?:sudo\s[^|\n]{0,40}-S|(?:docker|podman|helm|gh|oc|az)\s[^|\n]{0,80}(?:--password-stdin|--with-token)|(?:sudo\s{1,4})?(?:ch)?passwd|kinit|cryptsetup))/g,
    isSecret: (value) => !isStandIn(value),
  },
];

/** Secrets in headers, commands and files, in a text without explicit line breaks. */
export function lineSpans(text: string): Span[] {
  return IN_LINES.flatMap((place) => placeSpans(text, place));
}

/** Secrets in addresses and beside `Bearer`, with places of the joined text. */
export function joinedSpans(joined: JoinedText): Span[] {
  return IN_JOINED_TEXT.flatMap((place) => placeSpans(joined.text, place).flatMap((span) => settle(joined, span, place.wrap) ?? []));
}

function placeSpans(text: string, { pattern, isSecret, command }: Place): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const [, before = '', value = ''] = match;
    if (isSecret !== undefined && !isSecret(value, before)) continue;
    if (command !== undefined && !command.test(commandBefore(text, match.index))) continue;
    const start = match.index + before.length;
    spans.push({ start, end: start + value.length });
  }
  return spans;
}

/** The words of the same command before a place. */
function commandBefore(text: string, place: number): string {
  const words = text.slice(Math.max(0, place - MAX_COMMAND_CHARS), place);
  return words.slice(words.search(/[^;&|\n]*$/));
}

/** A secret goes on over a line break that says nothing only as far as its pattern allows. */
function settle(joined: JoinedText, span: Span, wrap: Wrap): Span | undefined {
  const { text, joints } = joined;
  const first = jointAtOrAfter(joined, span.start + 1);
  const joint = joints[first];
  if (joint === undefined || joint.at >= span.end || joint.explicit) return span;
  const head = { start: span.start, end: joint.at };
  switch (wrap) {
    case 'certain':
      // `http://localhost:3000` at the end of one line and a mail address at the beginning of the next are no password.
      return /^\d{1,5}$/.test(text.slice(head.start, head.end)) ? undefined : span;
    case 'never':
      return undefined;
    case 'random': {
      const rest = text.slice(joint.at, Math.min(span.end, joints[first + 1]?.at ?? span.end));
      return hasDigitAndLetter(rest) && !/^[A-Za-z]{1,12}[\d:.=-]{1,8}$/.test(rest) ? span : head;
    }
    default:
      return wrap satisfies never;
  }
}

function isStandIn(value: string): boolean {
  return STAND_IN.test(value.replace(/^["']/, ''));
}

function hasDigit(value: string): boolean {
  return /[0-9]/.test(value);
}

function hasDigitAndLetter(value: string): boolean {
  return hasDigit(value) && /[A-Za-z]/.test(value);
}
