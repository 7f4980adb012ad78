// Which argument of a call says what it does (LS-19). Switches, masked values and ids of sessions say nothing. Pure.

/** `name` is the argument's own, or that of the part of it which is shown: it may give a secret away. */
export interface TellingArg {
  name: string;
  value: string;
}

type Args = Readonly<Record<string, string>>;

/** Arguments that say most about a call of a tool we do not know, best first. The same names are looked for inside of JSON. */
const TELLING_NAMES =
  `command cmd script path file_path filePath file filename file_name fileName target_file absolute_path notebook_path url uri
  href targetUrl target_url query q search search_query pattern question name title subject label slug tool_slug tool target to channel recipient action
  operation method kind task prompt message text summary description content body code expression language`.split(/\s+/);
const NOTHING = /^(?:null|undefined|none|\{\s*\}|\[\s*\])?$/i;
const SWITCH = /^(?:true|false|yes|no|on|off)$/i;
const MASKED = /^[\W_]*(?:redacted|masked|hidden|secret|filtered)?[\W_]*$/i;
const NUMBER = /^[-+]?[\d.,]+$/;
/** Handles of something that a reader has not seen: by their name, or because nobody chose such a value. */
const OPAQUE_NAME =
  /(?:^|[_-]|[a-z])(?:ids?|Ids?|ID|uuid|guid|token|Token|key|Key|cursor|Cursor|hash|nonce|sha|etag|signature|session|Session|trace|request)$|^session/;
const OPAQUE_VALUE = /^(?:[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9a-f]{16,}|(?=[^ ]*\d)(?=[^ ]*[A-Z])(?=[^ ]*[a-z])[\w+/=-]{20,})$/i;

/** The first of the `wanted` arguments that says something, else the best of the others; `mask` gives a value as it may be shown. */
export function tellingArg(args: Args, wanted: readonly string[], mask: (arg: TellingArg) => string): TellingArg | undefined {
  const shown = (arg: TellingArg): boolean => !MASKED.test(mask(arg));
  const found = namedArg(args, wanted, mask) ?? namedArg(args, TELLING_NAMES, mask);
  if (found !== undefined) return found;
  const rest = Object.entries(args)
    .flatMap(([name, value]) => partOf(name, value))
    .filter((arg) => shown(arg) && !SWITCH.test(arg.value.trim()));
  return rest.toSorted((a, b) => vagueness(a) - vagueness(b))[0];
}

/** The first of these arguments that a call has and that says something. */
export function namedArg(args: Args, names: readonly string[], mask: (arg: TellingArg) => string): TellingArg | undefined {
  for (const name of names) {
    const found = partOf(name, args[name] ?? '').find((arg) => !MASKED.test(mask(arg)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What of a value is worth showing: of JSON the part that says most. */
function partOf(name: string, value: string): TellingArg[] {
  const text = value.trim();
  if (NOTHING.test(text)) return [];
  if (!/^[[{]/.test(text)) return [{ name, value }];
  const inner = innerPart(text);
  return [inner ?? { name, value: wordsOfList(text) ?? value }];
}

/** JSON may be cut off, so it is not parsed but looked through. */
function innerPart(json: string): TellingArg | undefined {
  const members = [...json.matchAll(/"([\w.-]{1,60})"\s*:\s*"((?:[^"\\]|\\.){1,400})/g)].map(([, name = '', value = '']) => ({
    name,
    value: value.replace(/\\[nrt]/g, ' ').replace(/\\(.)/g, '$1'),
  }));
  const telling = members.filter(({ value }) => !SWITCH.test(value) && !MASKED.test(value));
  const named = TELLING_NAMES.flatMap((name) => telling.filter((member) => member.name === name));
  return named[0] ?? telling.toSorted((a, b) => vagueness(a) - vagueness(b)).find((member) => vagueness(member) === 0);
}

/** A list of words, such as a command with its arguments. */
function wordsOfList(json: string): string | undefined {
  const words = /^\[\s*"/.test(json) ? [...json.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word.replace(/\\(.)/g, '$1')) : [];
  return words.length === 0 ? undefined : words.join(' ');
}

/** 0 for what is said in words, more for what says less. */
function vagueness({ name, value }: TellingArg): number {
  if (OPAQUE_VALUE.test(value.trim())) return 3;
  if (OPAQUE_NAME.test(name)) return 2;
  return NUMBER.test(value.trim()) || /^[[{]/.test(value.trim()) || value.length > 200 ? 1 : 0;
}
