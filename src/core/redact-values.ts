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
const SPEAKING_NAME = /^(?=.*(?:pass|pwd|secret|token|key|cred|auth))[a-z$_]+(?:[A-Z_][a-zA-Z_]*)+$/i;
const PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@%+-]+[/\\])*[\w.@%+*-]*$/;

/** Decides by name, standing and looks. The value comes without quotes. */
export function isSecretValue({ value, kind, name, standing, endsLine }: Candidate): boolean {
  const bare = value.replace(/[)\]},;.:!?]{1,8}$/, '');
  if (bare === '' || STAND_IN.test(value) || WORDS.has(bare.toLowerCase()) || isPath(bare)) return false;
  if (/^(?:\d{1,3}|0x[\dA-Fa-f]{1,8})$/.test(bare) || (kind !== 'strong' && /^[\d.,/]+[a-zA-Z%]{0,3}$/.test(bare))) return false;
  if (kind === 'key') return isKeyMaterial(bare);
  if (kind === 'weak' && /^(?:https?|wss?):\/\//.test(bare)) return false;
  switch (standing) {
    case 'quoted':
      return kind === 'strong'
        ? !/^[a-z]+$/i.test(bare) || bare.length >= 4
        : looksRandom(bare, 8) || (bare.length >= 16 && !/\s/.test(bare));
    case 'joined':
      return isJoinedSecret(bare, value, kind, name);
    case 'option':
      return kind === 'strong' ? bare.length >= 3 && !CALL_OR_INDEX.test(value) : looksRandom(bare, 8) || /^[a-z]{8,}$/i.test(bare);
    case 'spaced':
      if (CALL_OR_INDEX.test(value) || MEMBER.test(bare)) return false;
      return looksRandom(bare, 8) || (kind === 'strong' && endsLine && isWholeWord(value, name));
    case 'said':
      return looksRandom(bare, kind === 'strong' ? 6 : 16);
    case 'beside':
      return looksRandom(bare, 16) && !/^[a-z]+[-_/.][a-z0-9_/.-]*$/.test(bare);
    default:
      return standing satisfies never;
  }
}

/** `NAME=value` without spaces is an environment variable, a query parameter, or an argument in some program. */
function isJoinedSecret(bare: string, value: string, kind: NameKind, name: string): boolean {
  const isVariable = name === name.toUpperCase();
  if (!isVariable && (CALL_OR_INDEX.test(value) || MEMBER.test(bare) || isSpeakingName(bare, name))) return false;
  if (/^(?:process\.env|os\.environ|import\.meta)\b/.test(bare)) return false;
  return kind === 'strong' ? true : bare.length >= 6 && (looksRandom(bare, 6) || bare.length >= 12 || isVariable);
}

/** A single word at the end of its line that is no expression: the value of an INI or YAML file. */
function isWholeWord(value: string, name: string): boolean {
  return value.length >= 4 && !/[,;({[:]$/.test(value) && !isSpeakingName(value, name) && !/^[a-z]+(?:ed|ing)$/.test(value);
}

/** A variable that is called after the secret it holds. */
function isSpeakingName(value: string, name: string): boolean {
  return value.toLowerCase() === name.toLowerCase() || (SPEAKING_NAME.test(value) && /[A-Z_]/.test(value));
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
