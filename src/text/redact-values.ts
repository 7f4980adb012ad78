// Decides whether the value beside a name is a secret or ordinary text: code, a reference, a placeholder, a number, a word, a translation.

import { speaksOfSecrets } from './redact-foreign-names.ts';
import type { NameKind } from './redact-names.ts';

/**
 * The position of a value beside its name: `"…"`, `NAME=…`, `name = …` or `name: …`, `--name …`, `name is …`, `name …`, `name "…"`, in the
 * next cell of a table, in the next line, as the next argument.
 */
export type Standing = 'quoted' | 'joined' | 'spaced' | 'option' | 'sentence' | 'beside' | 'named' | 'cell' | 'below' | 'listed';

export interface Candidate {
  value: string;
  kind: NameKind;
  name: string;
  standing: Standing;
  /** Nothing follows on its line, or in the string around it. */
  endsLine: boolean;
}

/** References and placeholders: `$NAME`, `${NAME}`, `$(command)`, `{{name}}`, `%NAME%`, `<name>`, `***`, and our own masks. */
const STAND_IN =
  /^(?:\[redacted\]|\[?(?:REDACTED|HIDDEN|MASKED|FILTERED)\]?$|\*{2,}|[xX]{3,}$|[•●]{3,}|\.{3}|…|<[^>]*>?$|\$\{[^}]*(?:\}\S{0,8})?$|\$(?:\(|\d$|[A-Z_][A-Z0-9_]*$|[a-z_]+$|env:|\{\{)|\{\{|\{[\w.!:]*\}?$|%\(?[A-Za-z_][\w]*\)?[%s]?$|%[sdvq]$|@\w+@$|#\{|![A-Za-z_]\w*!$|`)/;

/** `${NAME:-value}` is a reference, too, but brings its value along. */
const DEFAULT_VALUE = /^\$\{\w{1,64}:?[-=]([^}$]{1,256})\}?$/;

/** Where programs and vaults keep what they refer to. */
const REFERENCE =
  /^(?:\$?\{?(?:process|import\.meta|Deno|Bun)\.env\b|os\.(?:environ|getenv)|(?:System\.|std::env::|Environment\.)?(?:getenv|GetEnvironmentVariable|var)\(|ENV\[|env[.([]|secrets?\.[A-Za-z_]|vars?\.[A-Za-z_]|local\.[A-Za-z_]|data\.[A-Za-z_]|module\.[A-Za-z_]|params?\.|config\.|settings\.|self\.|this\.|op:\/\/|vault:|ref\+|arn:aws|ssm:|sm:\/\/|gcpsm:|awssm:|keyring:|file:|env:|!(?:Ref|Sub|GetAtt|vault|secret|env)\b|@[\w./-]+$|@Microsoft|&[A-Za-z_]\w*$|\/dev\/stdin$)/;

const WORDS: ReadonlySet<string> = new Set(
  (
    'true false null none nil undefined nan yes no on off required optional string str number int integer bool boolean any object unknown void ' +
    'bytes text array buffer missing invalid expired empty set unset failed failure ok error wrong incorrect changed updated reset accepted ' +
    'rejected denied hidden masked protected hashed encrypted weak strong default function async await new return typeof this self and or not ' +
    'is was are const let var val type types basic bearer digest oauth oauth2 apikey api_key jwt saml oidc password passwd secret token username ' +
    'stdin prompt env environment file keyring plain plaintext auto always never strict lax inherit include omit enabled disabled valid found ' +
    'authentication authorization must should cannot can has have for from in of to the a an with without if else then when while use using ' +
    'see read write via per length size count limit redacted removed flag flags option options argument arguments parameter parameters value values instead ' +
    'before after only also argon2id argon2 bcrypt scrypt pbkdf2 sha1 sha256 sha512 md5 hs256 rs256 es256 aes256 base64 utf8 utf-8 uuidv4 ' +
    'vergessen erforderlich falsch ungültig fehlt geändert requis incorrecto incorrect obligatoire oublié invalide requerido obligatorio ' +
    'necessaria richiesta verplicht wymagane неверный забыли required'
  ).split(' '),
);

const CALL_OR_INDEX = /^(?:await\s|new\s|!|&|\*)?[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][\w$]*)*\??!?[([]/;
const MEMBER = /^[A-Za-z_$]+\d?(?:(?:\?\.|\.|::|->)[A-Za-z_$]+)+[!?]?$/;
/** The next variable of a command line, with its own value. */
const ASSIGNMENT = /^[A-Za-z_][\w.-]{0,64}=(?!=|$)/;
const RELATIVE_PATH = /^(?:[\w.@-]{1,64}\/){1,12}[\w.-]{1,64}\.[a-z]{1,5}$/;
const PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@%+-]+[/\\])*[\w.@%+*-]*$/;

/** Decides by the name, the position and the form of the value. The value comes without quotes. */
export function isSecretValue(candidate: Candidate): boolean {
  const value = DEFAULT_VALUE.exec(candidate.value)?.[1] ?? candidate.value;
  const bare = value.replace(/[)\]},;.:!?。、，]{1,8}$/, '');
  if (isCode(candidate.name) && /^\d{4,8}$/.test(bare)) return candidate.standing !== 'beside' || bare.length >= 6;
  if (isHarmless({ ...candidate, value }, bare)) return false;
  return candidate.kind === 'key' ? isKeyMaterial(bare, candidate.name) : JUDGES[candidate.standing](bare, { ...candidate, value });
}

/** A value that is harmless beside any name: a reference, a placeholder or a description. */
export function isStandIn(value: string): boolean {
  const bare = value.replace(/^["']/, '');
  return (STAND_IN.test(bare) && !DEFAULT_VALUE.test(bare)) || REFERENCE.test(bare) || WORDS.has(bare.toLowerCase());
}

/** Values that are no secret beside any name. */
function isHarmless({ value, kind, standing }: Candidate, bare: string): boolean {
  if (bare === '' || STAND_IN.test(value) || REFERENCE.test(value) || WORDS.has(bare.toLowerCase()) || isPath(bare)) return true;
  if (/^(?:\d{1,3}|\d+(?:[:.,/-]\d+)+|0x[\dA-Fa-f]{1,8})$/.test(bare) || (standing !== 'option' && isLabel(value))) return true;
  return kind !== 'strong' && /^(?:[\d.,/]+[a-zA-Z%]{0,3}$|https?:\/\/|wss?:\/\/)/.test(bare);
}

const MAX_LABEL_CHARS = 200; // the beginning of a longer one is enough

/** The text of a user interface about a password, in any language: words, with numbers only between them. */
function isLabel(value: string): boolean {
  const words = value.slice(0, MAX_LABEL_CHARS).replace(/ \d{1,2}(?= )/g, '');
  if (/[\d_=@#$%^&*+\\/|<>~]/.test(words) || !/\p{L}/u.test(words)) return false;
  const isSentence = /\s/.test(words) && /^\p{Lu}/u.test(words.replace(/^[¿¡„“«"'(]+/, ''));
  return isSentence || ((/\s/.test(words) || /[^a-z]/.test(words)) && speaksOfSecrets(words));
}

/** Whether a text of several words is a label that says "password" itself, in any language. */
export function namesOneself(text: string): boolean {
  return isLabel(text) && speaksOfSecrets(text);
}

type Judge = (bare: string, candidate: Candidate) => boolean;

const JUDGES: Record<Standing, Judge> = {
  quoted: (bare, { kind }) =>
    kind === 'strong' ? !/^[a-z]{1,3}$/i.test(bare) : looksRandom(bare, 8) || (bare.length >= 16 && !/\s/.test(bare) && !isReadable(bare)),
  joined: isJoinedSecret,
  option: (bare, { kind, value }) =>
    kind === 'strong' ? bare.length >= 3 && !CALL_OR_INDEX.test(value) : looksRandom(bare, 8) || /^[a-z]{8,}$/i.test(bare),
  spaced: (bare, { kind, value, name, endsLine }) => {
    if (CALL_OR_INDEX.test(value) || MEMBER.test(bare)) return false;
    return looksRandom(bare, 8) || (kind === 'strong' && endsLine && isWholeWord(value, name));
  },
  sentence: (bare, { kind, value }) =>
    !CALL_OR_INDEX.test(value) &&
    !MEMBER.test(bare) &&
    (looksChosen(bare) || (kind === 'strong' ? looksRandom(bare, 6) || isUnspeakable(bare) : looksRandom(bare, 16))),
  beside: (bare, { kind }) =>
    !ASSIGNMENT.test(bare) && ((looksRandom(bare, 16) && !isReadable(bare)) || (kind === 'strong' && looksChosen(bare))),
  named: (bare, { kind, name }) =>
    kind === 'strong'
      ? looksRandom(bare, 6) || (/^\S{6,}$/.test(bare) && !/secret|key|token|^pass$/i.test(name) && !isSpeakingName(bare, name))
      : looksChosen(bare) || (looksRandom(bare, 16) && !isReadable(bare)),
  cell: (bare, { kind }) =>
    !/\s/.test(bare) && (kind === 'strong' ? looksRandom(bare, 6) || looksChosen(bare) || isUnspeakable(bare) : looksRandom(bare, 16)),
  below: (bare, { kind }) => looksChosen(bare) || (looksRandom(bare, kind === 'strong' ? 8 : 16) && !isReadable(bare)),
  listed: (bare) => looksRandom(bare, 12) && !isReadable(bare),
};

/** `NAME=value` without spaces is an environment variable, a query parameter, or an argument in some program. */
function isJoinedSecret(bare: string, { value, kind, name }: Candidate): boolean {
  const isVariable = name === name.toUpperCase();
  if (!isVariable && (CALL_OR_INDEX.test(value) || MEMBER.test(bare) || isSpeakingName(bare, name))) return false;
  return kind === 'strong' || (bare.length >= 6 && (looksRandom(bare, 6) || (bare.length >= 12 && !isReadable(bare)) || isVariable));
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

/** Numbers that somebody has to type. */
function isCode(name: string): boolean {
  return /(?:^|_)(?:pin|otp|passcode)$/i.test(name);
}

/** Of the length of a hash or token, without the separators of readable ids. */
function isKeyMaterial(value: string, name: string): boolean {
  if (/^(?:0x)?[0-9a-f]+$/.test(value) && /^keys?$/i.test(name)) return value.length === 32 || /^0x[0-9a-f]{64}$/.test(value);
  const isAllowed = name === name.toUpperCase() ? /^[A-Za-z0-9+/=_:-]{20,}$/ : /^[A-Za-z0-9+/=]{20,}$/;
  return isAllowed.test(value) && (value.match(/\d/g)?.length ?? 0) >= 3 && /[A-Za-z]/.test(value) && !isReadable(value);
}

/** Digits and letters in one word, or capitals in places where words have none. */
export function looksRandom(value: string, min: number): boolean {
  if (value.length < min || /\s/.test(value) || !/[A-Za-z]/.test(value)) return false;
  return /[0-9]/.test(value) || (value.length >= 16 && /[A-Z]{2}/.test(value) && /[a-z]/.test(value));
}

/** The form of passwords that people choose or get: letters and digits with capitals or marks between them. */
export function looksChosen(value: string): boolean {
  if (value.length < 8 || value.length > 128 || /[\s/\\()[\]{}<>"'`|]/.test(value)) return false;
  if (!/[0-9]/.test(value) || !/[a-z]/.test(value) || isReadable(value)) return false;
  return /[A-Z]/.test(value) ? !/^[A-Z]?[a-z]+[0-9.]*$/.test(value) : /[!@#$%^&*?~]/.test(value);
}

/** Letters in an order that no word has: four consonants in a row, or marks of a rare letter. */
function isUnspeakable(value: string): boolean {
  return (
    /^[a-z]{7,64}$/.test(value) && /[bcdfghjklmnpqrstvwxz]{5}|[bcdfgjkmpqvwxz]{4}|q[^u]|[jv][bcdfgjkmpqtvwxz]|[fkpwz][jqv]/.test(value)
  );
}

/** Words, versions, dates and short numbers between dashes, dots and slashes: a name that somebody gave. */
export function isReadable(value: string): boolean {
  return value
    .split(/[-_/.:@+=]/)
    .every((part) => /^(?:[A-Za-z]{0,24}\d{0,4}[a-z]?|v?\d{1,10})$/.test(part) && !/[a-z][A-Z][A-Za-z]*[a-z][A-Z]/.test(part.slice(0, 24)));
}

/** Dots, dashes and short names distinguish a path from a base64 key that begins with a slash. */
function isPath(value: string): boolean {
  if (RELATIVE_PATH.test(value) && isReadable(value)) return true;
  return PATH.test(value) && !(value.length >= 24 && value.split(/[/\\]/).some((part) => part.length >= 16 && looksRandom(part, 16)));
}
