// Secrets that give themselves away by their first characters: the key shapes of the big providers.

import { type JoinedText, type Joint, jointAtOrAfter, type Span } from './redact-view.ts';

/** Which characters may follow the prefix. */
type Body = 'alnum' | 'word' | 'hex' | 'upper' | 'dotted' | 'base64';

/** What a body must contain beyond its length, so that ordinary words are left alone. */
type Proof = 'none' | 'random' | 'dense' | 'strong';

interface Shape {
  prefix: RegExp;
  body: Body;
  /** Fewer characters are no secret; a cut-off key with this many is masked too. */
  min: number;
  proof: Proof;
  /** The length of a whole body where the provider fixed it: nothing of the next line belongs to it then. */
  full: number | undefined;
  /** Bodies of any other length than `full` are something else. */
  exact: boolean;
}

type Row = [prefix: string, body: Body, min: number, proof?: Proof, full?: number, exact?: 'exact'];

/** By provider, as their documentation and public secret scanners describe the formats. */
const ROWS: Row[] = [
  // Models
  ['sk-(?:proj|svcacct|admin|None|ant|or|lf)-', 'word', 6],
  ['sk-', 'word', 20, 'dense'],
  ['(?:sess|csk|xai|pplx|tvly|tgp_v1|nvapi|pa)-', 'word', 20, 'dense'],
  ['(?:gsk|r8|jina|rpa|fw|e2b|hf|api_org)_', 'alnum', 16, 'random'],
  ['lsv2_(?:pt|sk)_', 'word', 12],
  // Code hosting and packages
  ['gh[pousr]_', 'alnum', 8, 'none', 36],
  ['github_pat_', 'word', 8, 'none', 82],
  ['gl(?:pat|dt|rt|rtr|ptt|ft|soat|cbt|imt|agent|oas|ffct|wt)-', 'dotted', 8],
  ['npm_', 'alnum', 16, 'random', 36],
  ['pypi-AgE', 'word', 4],
  ['(?:pypi|dckr_pat|dckr_oat|BBDC|HRKU|CFPAT|PMAK|CCIPAT|CCIPRJ)[-_]', 'word', 16, 'random'],
  ['dckr_(?:pat|oat)_', 'word', 8],
  ['(?:rubygems|CLOJARS|rdme|pnu|bkua|nfp|sbp|figd|ntn)_', 'word', 16, 'random'],
  ['oy2', 'alnum', 43, 'none', 43, 'exact'],
  ['(?:AKCp|cmVmd)', 'alnum', 40],
  ['ATATT3|ATCTT3', 'base64', 20],
  ['ATBB', 'alnum', 20, 'strong'],
  // Clouds
  ['AKIA', 'upper', 8, 'none', 16],
  ['(?:ASIA|ABIA|ACCA|AROA|AIDA|A3T[A-Z0-9])', 'upper', 16, 'none', 16, 'exact'],
  ['AIza', 'word', 12, 'none', 35],
  ['ya29\\.', 'dotted', 10],
  ['GOCSPX-', 'word', 10],
  ['1//0', 'word', 20, 'random'],
  ['do[opr]_v1_', 'hex', 8, 'none', 64],
  ['[A-Za-z0-9_~.]{3}[0-9]Q~', 'dotted', 20],
  ['LTAI|AKID', 'alnum', 12, 'strong'],
  ['dapi', 'hex', 32],
  ['v1\\.0-[a-f0-9]{24}-', 'hex', 40],
  ['fm[12]_|fo1_', 'base64', 20],
  ['hv[sbr]\\.', 'word', 12],
  ['s\\.', 'alnum', 24, 'strong', 24, 'exact'],
  ['[A-Za-z0-9]{14}\\.atlasv1\\.', 'word', 20],
  ['dp\\.(?:pt|st|ct|sa|scim|audit)\\.', 'dotted', 10],
  ['pscale_(?:tkn|pw|pass|oauth)_', 'dotted', 10],
  ['pul-', 'hex', 40, 'none', 40],
  ['tskey-[a-z]{2,12}-', 'word', 10],
  ['dt0[a-z][0-9]{2}\\.', 'dotted', 20],
  // Messengers and webhooks
  ['xox[abeoprs][-.]', 'dotted', 6],
  ['xapp-', 'word', 10],
  ['(?:bot)?[0-9]{8,10}:AA', 'word', 12, 'none', 33],
  ['(?:bot)?[0-9]{8,10}:', 'word', 35, 'strong', 35, 'exact'],
  ['[MNO][A-Za-z0-9_-]{22,27}\\.[A-Za-z0-9_-]{6,7}\\.', 'word', 20],
  ['discord(?:app)?\\.com/api/webhooks/[0-9]{5,25}/', 'word', 12],
  ['hooks\\.slack\\.com/(?:services|workflows|triggers)/', 'base64', 10],
  ['webhook\\.office\\.com/webhookb2/', 'base64', 20],
  ['/hooks/', 'alnum', 26, 'random', 26, 'exact'],
  // Payment and mail
  ['(?:sk|rk|pk)_(?:live|test|prod)_', 'alnum', 6],
  ['whsec_', 'base64', 10],
  ['(?:SK|AC)', 'hex', 32, 'none', 32, 'exact'],
  ['SG\\.', 'dotted', 12, 'random'],
  ['key-', 'hex', 32, 'none', 32, 'exact'],
  ['[0-9a-f]{32}-us[0-9]{1,2}', 'alnum', 0],
  ['(?:xkeysib|xsmtpsib)-', 'word', 12],
  ['shp(?:at|ca|pa|ss)_', 'alnum', 8, 'none', 32],
  ['sq0(?:atp|csp|idp)-', 'word', 10],
  ['EAA', 'alnum', 50, 'strong'],
  ['FLW(?:SEC|PUB)K(?:_TEST)?-', 'word', 10],
  ['EZ[AT]K', 'alnum', 40, 'strong'],
  ['shippo_(?:live|test)_', 'alnum', 10],
  // Operations
  ['glsa_|glc_', 'base64', 16, 'random'],
  ['sntry[su]_', 'base64', 16, 'random'],
  ['NR(?:AK|II|JS|BR|AL|RA)-', 'alnum', 16, 'random', 27],
  ['lin_(?:api|oauth)_', 'alnum', 8],
  ['secret_', 'alnum', 43, 'strong', 43, 'exact'],
  ['pat-(?:na|eu)[0-9]-', 'word', 20],
  ['pat[A-Za-z0-9]{14}\\.', 'hex', 20],
  ['ph[cx]_', 'alnum', 20, 'random'],
  ['AGE-SECRET-KEY-1', 'upper', 8],
  ['ops_eyJ', 'base64', 16],
  ['eyJ', 'base64', 17, 'random'],
  ['b3BlbnNzaC1rZXktdjE', 'base64', 0],
  ['AstraCS:', 'base64', 16, 'random'],
  ['tfp_|aio_|p8e-|ico-|fio-u-', 'word', 24, 'dense'],
];

const SHAPES: Shape[] = ROWS.map(([prefix, body, min, proof = 'none', full, exact]) => ({
  prefix: new RegExp(prefix, 'g'),
  body,
  min,
  proof,
  full,
  exact: exact === 'exact',
}));

const BODY_CHARS: Record<Body, Uint8Array> = {
  alnum: charTable(/[A-Za-z0-9]/),
  word: charTable(/[A-Za-z0-9_-]/),
  hex: charTable(/[0-9a-f]/),
  upper: charTable(/[A-Z0-9]/),
  dotted: charTable(/[A-Za-z0-9_.~-]/),
  base64: charTable(/[A-Za-z0-9+/_=.%-]/),
};

function charTable(allowed: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (allowed.test(String.fromCharCode(code)) ? 1 : 0));
}

/** All keys of a known shape, also when they are wrapped over lines. */
export function shapeSpans(joined: JoinedText): Span[] {
  const spans: Span[] = [];
  for (const shape of SHAPES) collect(joined, shape, spans);
  return spans;
}

function collect(joined: JoinedText, shape: Shape, spans: Span[]): void {
  const { prefix } = shape;
  prefix.lastIndex = 0;
  for (let match = prefix.exec(joined.text); match !== null; match = prefix.exec(joined.text)) {
    if (!startsWord(joined, match.index)) {
      prefix.lastIndex = match.index + 1;
      continue;
    }
    const bodyStart = match.index + match[0].length;
    const end = bodyEnd(joined, shape, bodyStart);
    if (isBody(shape, joined.text.slice(bodyStart, end))) spans.push({ start: match.index, end });
    // What begins inside a rejected body has an even shorter one.
    prefix.lastIndex = Math.max(end, match.index + 1);
  }
}

/** A prefix in the middle of a word is no prefix, except after an escape (`%2F`, `\n`) or where a line was joined. */
function startsWord(joined: JoinedText, place: number): boolean {
  const { text, joints } = joined;
  if (place === 0 || !isAlnum(text.charCodeAt(place - 1)) || !isAlnum(text.charCodeAt(place))) return !isInlineData(text, place);
  if (joints[jointAtOrAfter(joined, place)]?.at === place) return true;
  return /(?:%[0-9A-Fa-f]{2}|\\[nrtbf])$/.test(text.slice(Math.max(0, place - 3), place));
}

/** Source maps and pictures inside a `data:` address are base64 too, and public. */
function isInlineData(text: string, place: number): boolean {
  return text.startsWith(';base64,', place - 8);
}

/** Reads on while characters fit; over a line break only when the next line looks like the rest of the same key. */
function bodyEnd(joined: JoinedText, shape: Shape, start: number): number {
  const { joints, text } = joined;
  let next = jointAtOrAfter(joined, start);
  let end = runEnd(text, shape.body, start, joints[next]?.at ?? text.length);
  for (let joint = joints[next]; joint !== undefined && joint.at === end; joint = joints[next]) {
    const lineEnd = joints[next + 1]?.at ?? text.length;
    const restEnd = runEnd(text, shape.body, end, lineEnd);
    const after = text.slice(restEnd, Math.min(lineEnd, restEnd + 4));
    if (!goesOn(shape, joint, { body: text.slice(start, end), rest: text.slice(end, restEnd), after })) break;
    end = restEnd;
    next++;
  }
  return end;
}

/** `body` was read so far, `rest` fits in the next line, `after` follows there. */
function goesOn(shape: Shape, joint: Joint, { body, rest, after }: { body: string; rest: string; after: string }): boolean {
  if (rest === '') return false;
  if (joint.explicit) return true;
  if (shape.full !== undefined && body.length >= shape.full) return false;
  if (body.length + rest.length === shape.full || /^["'`,;)\]} \t]{0,3}$/.test(after)) return true;
  if (rest.length < 4 || /^[A-Z]?[a-z]+(?:[-_.][a-z]+)*\.?$|^[\d:.-]+$/.test(rest)) return false;
  return !/^[A-Z_]+$/.test(rest) || !/[a-z]/.test(body);
}

function runEnd(text: string, body: Body, start: number, limit: number): number {
  const allowed = BODY_CHARS[body];
  let end = start;
  while (end < limit && allowed[text.charCodeAt(end)] === 1) end++;
  return end;
}

function isBody(shape: Shape, body: string): boolean {
  if (body.length < shape.min || (shape.exact && body.length !== shape.full)) return false;
  switch (shape.proof) {
    case 'none':
      return true;
    case 'random':
      return isRandom(body);
    case 'dense':
      return (body.match(/[A-Za-z0-9]{16,}/g) ?? []).some(isRandom);
    case 'strong':
      return /[0-9]/.test(body) && /[a-z]/.test(body) && /[A-Z]/.test(body);
    default:
      return shape.proof satisfies never;
  }
}

/** Words have neither digits nor capitals inside. */
function isRandom(text: string): boolean {
  return (/[0-9]/.test(text) && /[A-Za-z]/.test(text)) || /[a-z][A-Z][A-Za-z]*[a-z][A-Z]/.test(text);
}

function isAlnum(code: number): boolean {
  return BODY_CHARS.alnum[code] === 1;
}
