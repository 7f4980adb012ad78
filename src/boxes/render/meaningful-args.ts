// Chooses the argument that shows best what a call does. Switches, masked values and ids of sessions show nothing. Pure.

/** `name` is the argument's, or that of the part of it that is shown: a name may show that a value is secret. */
export interface MeaningfulArg {
  name: string;
  value: string;
}

type Args = Readonly<Record<string, string>>;

/** Names of the most meaningful arguments of unknown tools, best first. They are also searched for inside JSON. */
const MEANINGFUL_NAMES =
  `command cmd script path file_path filePath file filename file_name fileName target_file absolute_path notebook_path url uri
  href targetUrl target_url query q search search_query pattern question name title subject label slug tool_slug tool target to channel recipient action
  operation method kind task prompt message text summary description content body code expression language`.split(/\s+/);
const NOTHING = /^(?:null|undefined|none|\{\s*\}|\[\s*\])?$/i;
const SWITCH = /^(?:true|false|yes|no|on|off)$/i;
const MASKED = /^[\W_]*(?:redacted|masked|hidden|secret|filtered)?[\W_]*$/i;
const NUMBER = /^[-+]?[\d.,]+$/;
/** Ids that mean nothing to a reader: by their name, or because the value looks generated. */
const OPAQUE_NAME =
  /(?:^|[_-]|[a-z])(?:ids?|Ids?|ID|uuid|guid|token|Token|key|Key|cursor|Cursor|hash|nonce|sha|etag|signature|session|Session|trace|request)$|^session/;
const OPAQUE_VALUE = /^(?:[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9a-f]{16,}|(?=[^ ]*\d)(?=[^ ]*[A-Z])(?=[^ ]*[a-z])[\w+/=-]{20,})$/i;

/** The first meaningful one of the `wanted` arguments, else the best of the others. `mask` returns a value as it may be shown. */
export function meaningfulArg(args: Args, wanted: readonly string[], mask: (arg: MeaningfulArg) => string): MeaningfulArg | undefined {
  const shown = (arg: MeaningfulArg): boolean => !MASKED.test(mask(arg));
  const found = namedArg(args, wanted, mask) ?? namedArg(args, MEANINGFUL_NAMES, mask);
  if (found !== undefined) return found;
  const rest = Object.entries(args)
    .flatMap(([name, value]) => partOf(name, value))
    .filter((arg) => shown(arg) && !SWITCH.test(arg.value.trim()));
  return rest.toSorted((a, b) => vagueness(a) - vagueness(b))[0];
}

/** The first of these arguments that a call has and that is meaningful. */
export function namedArg(args: Args, names: readonly string[], mask: (arg: MeaningfulArg) => string): MeaningfulArg | undefined {
  for (const name of names) {
    const found = partOf(name, args[name] ?? '').find((arg) => !MASKED.test(mask(arg)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The part of a value that is shown: in JSON the most meaningful member. */
function partOf(name: string, value: string): MeaningfulArg[] {
  const text = value.trim();
  if (NOTHING.test(text)) return [];
  if (!/^[[{]/.test(text)) return [{ name, value }];
  const inner = innerPart(text);
  return [inner ?? { name, value: joinedList(text) ?? value }];
}

/** JSON may be cut off, so it is searched and not parsed. */
function innerPart(json: string): MeaningfulArg | undefined {
  const members = [...json.matchAll(/"([\w.-]{1,60})"\s*:\s*"((?:[^"\\]|\\.){1,400})/g)].map(([, name = '', value = '']) => ({
    name,
    value: value.replace(/\\[nrt]/g, ' ').replace(/\\(.)/g, '$1'),
  }));
  const telling = members.filter(({ value }) => !SWITCH.test(value) && !MASKED.test(value));
  const named = MEANINGFUL_NAMES.flatMap((name) => telling.filter((member) => member.name === name));
  return named[0] ?? telling.toSorted((a, b) => vagueness(a) - vagueness(b)).find((member) => vagueness(member) === 0);
}

/** A list of words, such as a command with its arguments. */
function joinedList(json: string): string | undefined {
  const words = /^\[\s*"/.test(json) ? [...json.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word.replace(/\\(.)/g, '$1')) : [];
  return words.length === 0 ? undefined : words.join(' ');
}

/** 0 for text that a person would write, more for less meaningful values. */
function vagueness({ name, value }: MeaningfulArg): number {
  if (OPAQUE_VALUE.test(value.trim())) return 3;
  if (OPAQUE_NAME.test(name)) return 2;
  return NUMBER.test(value.trim()) || /^[[{]/.test(value.trim()) || value.length > 200 ? 1 : 0;
}
