// Whether the value beside a name is a secret or ordinary text: code, a placeholder, a number, a word.

import type { NameKind } from './redact-names.ts';

/** How a value stands beside its name: `"…"`, `NAME=…`, `name = …` or `name: …`, `--name …`, `name is …`, `name …`. */
export type Standing = 'quoted' | 'joined' | 'spaced' | 'option' | 'said' | 'beside';

export interface Candidate {
  value: string;
  kind: NameKind;
  name: string;
  standing: Standing;
  /** Nothing follows on its line, or in the string around it. */
  endsLine: boolean;
}

/** References and stand-ins: `$NAME`, `${NAME}`, `$(command)`, `{{name}}`, `%NAME%`, `<name>`, `***`, and what we masked ourselves. */
const STAND_IN =
  /^(?:\[redacted\]|\*{2,}|[xX]{3,}$|[•●]{3,}|\.{3}|…|<[^>]*>?$|\$(?:\{|\(|\d$|[A-Z_][A-Z0-9_]*$|[a-z_]+$)|\{\{|\{[\w.!:]*\}?$|%\(?[A-Za-z_]+\)?[%s]?$|%[sdvq]$|@\w+@$|#\{)/;

const WORDS: ReadonlySet<string> = new Set(
  (
    'true false null none nil undefined nan yes no on off required optional string str number int integer bool boolean any object unknown void ' +
    'bytes text array buffer missing invalid expired empty set unset failed failure ok error wrong incorrect changed updated reset accepted ' +
    'rejected denied hidden masked protected hashed encrypted weak strong default function async await new return typeof this self and or not ' +
    'is was are const let var val type types basic bearer digest oauth oauth2 apikey api_key jwt saml oidc password passwd secret token username ' +
    'stdin prompt env environment file keyring plain plaintext auto always never strict lax inherit include omit enabled disabled valid found ' +
    'authentication authorization must should cannot can has have for from in of to the a an with without if else then when while use using ' +
    'see via per length size count limit redacted removed flag flags option options argument arguments parameter parameters value values instead before after only also'
  ).split(' '),
);

const CALL_OR_INDEX = /^(?:await\s|new\s|!|&|\*)?[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][\w$]*)*\??!?[([]/;
const MEMBER = /^[A-Za-z_$]+\d?(?:(?:\?\.|\.|::|->)[A-Za-z_$]+)+[!?]?$/;
const PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@%+-]+[/\\])*[\w.@%+*-]*$/;

/** Decides by name, standing and looks. The value comes without quotes. */
export function isSecretValue(candidate: Candidate): boolean {
  const bare = candidate.value.replace(/[)\]},;.:!?]{1,8}$/, '');
  if (isHarmless(candidate, bare)) return false;
  return candidate.kind === 'key' ? isKeyMaterial(bare) : JUDGES[candidate.standing](bare, candidate);
}

/** What is no secret beside any name. */
function isHarmless({ value, kind }: Candidate, bare: string): boolean {
  if (bare === '' || STAND_IN.test(value) || WORDS.has(bare.toLowerCase()) || isPath(bare)) return true;
  if (/^(?:\d{1,3}|0x[\dA-Fa-f]{1,8})$/.test(bare)) return true;
  return kind !== 'strong' && /^(?:[\d.,/]+[a-zA-Z%]{0,3}$|https?:\/\/|wss?:\/\/)/.test(bare);
}

type Judge = (bare: string, candidate: Candidate) => boolean;

const JUDGES: Record<Standing, Judge> = {
  quoted: (bare, { kind }) =>
    kind === 'strong' ? !/^[a-z]{1,3}$/i.test(bare) : looksRandom(bare, 8) || (bare.length >= 16 && !/\s/.test(bare)),
  joined: isJoinedSecret,
  option: (bare, { kind, value }) =>
    kind === 'strong' ? bare.length >= 3 && !CALL_OR_INDEX.test(value) : looksRandom(bare, 8) || /^[a-z]{8,}$/i.test(bare),
  spaced: (bare, { kind, value, name, endsLine }) => {
    if (CALL_OR_INDEX.test(value) || MEMBER.test(bare)) return false;
    return looksRandom(bare, 8) || (kind === 'strong' && endsLine && isWholeWord(value, name));
  },
  said: (bare, { kind }) => looksRandom(bare, kind === 'strong' ? 6 : 16),
  beside: (bare) => looksRandom(bare, 16) && !/^[a-z]+[-_/.][a-z0-9_/.-]*$/.test(bare),
};

/** `NAME=value` without spaces is an environment variable, a query parameter, or an argument in some program. */
function isJoinedSecret(bare: string, { value, kind, name }: Candidate): boolean {
  const isVariable = name === name.toUpperCase();
  if (!isVariable && (CALL_OR_INDEX.test(value) || MEMBER.test(bare) || isSpeakingName(bare, name))) return false;
  if (/^(?:process\.env|os\.environ|import\.meta)\b/.test(bare)) return false;
  return kind === 'strong' || (bare.length >= 6 && (looksRandom(bare, 6) || bare.length >= 12 || isVariable));
}

/** A single word at the end of its line that is no expression: the value of an INI or YAML file. */
function isWholeWord(value: string, name: string): boolean {
  return value.length >= 4 && !/[,;({[:]$/.test(value) && !isSpeakingName(value, name) && !/^[a-z]+(?:ed|ing)$/.test(value);
}

/** A variable that is called after the secret it holds: `dbPassword`, `api_key`. */
function isSpeakingName(value: string, name: string): boolean {
  if (value.toLowerCase() === name.toLowerCase()) return true;
  return /^[A-Za-z$_]+$/.test(value) && /_|[a-z][A-Z]/.test(value) && /pass|pwd|secret|token|key|cred|auth/i.test(value);
}

/** Of the length of a hash or token, without the separators of readable ids. */
function isKeyMaterial(value: string): boolean {
  return /^[A-Za-z0-9+/=]{20,}$/.test(value) && (value.match(/\d/g)?.length ?? 0) >= 3 && /[A-Za-z]/.test(value);
}

function looksRandom(value: string, min: number): boolean {
  if (value.length < min || /\s/.test(value) || !/[A-Za-z]/.test(value)) return false;
  return /[0-9]/.test(value) || (value.length >= 16 && /[A-Z]{2}/.test(value) && /[a-z]/.test(value));
}

/** A path can be told from a base64 key that begins with a slash by its dots, dashes and short names. */
function isPath(value: string): boolean {
  return PATH.test(value) && !(value.length >= 24 && value.split(/[/\\]/).some((part) => part.length >= 16 && looksRandom(part, 16)));
}
