// The text form of ROUTES: rules that say where sessions of a source go, and what people may see of them there.

import { homedir } from 'node:os';
import { ROUTE_SWITCHES, type RouteRule, type RouteSwitch, type RouteTarget, ruleText } from '../core/route-rule.ts';
import { closestName } from './closest-name.ts';
import { decodeChannelName, decodePerson } from './name-forms.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';
import { WATCHED } from './source-names.ts';

const MOST_MISTAKES = 2;
const TARGET = 'the id of a channel, team/channel or @user';

/** `claude-code:~/code/shop*=lab/shop+commands, openclaw:*=@alice`; the first rule that covers a session counts. */
export function routeList(watched: readonly string[] = WATCHED): TextForm<readonly RouteRule[]> {
  const expected = `pattern=target rules divided by commas: a pattern such as ${watched[0] ?? ''}:* begins with its source, of ${watched.join(', ')}, and * in it stands for any characters; a target is ${TARGET}, with +commands, +texts or +prompts behind it for what is shown beside states and tool names`;
  return textForm(
    expected,
    (text) => decodeRules(text, watched),
    (rules) => rules.map(ruleText).join(', '),
  );
}

/** Every wrong rule is named, not only the first. */
function decodeRules(text: string, watched: readonly string[]): Decoded<readonly RouteRule[]> {
  const decoded = text.split(',').map((rule) => decodeRule(rule.trim(), watched));
  const rules = decoded.flatMap((one) => ('value' in one ? [one.value] : []));
  const wrong = decoded.flatMap((one) => ('value' in one ? [] : [one.wrong]));
  const doubled = rules.filter(({ pattern }, index) => rules.findIndex((other) => other.pattern === pattern) < index);
  wrong.push(...doubled.map(({ pattern }) => `has ${quoted(pattern)} twice, and only the first of them would count`));
  return wrong.length === 0 ? { value: rules } : { wrong: wrong.join('; and ') };
}

type RuleDecoded = { value: RouteRule } | { wrong: string };

function decodeRule(text: string, watched: readonly string[]): RuleDecoded {
  if (text === '') return { wrong: 'has an empty rule in it' };
  const cut = text.lastIndexOf('=');
  if (cut < 0) return { wrong: `has ${quoted(text)} in it, without =target` };
  const pattern = absolute(text.slice(0, cut).trim());
  const [place = '', ...switches] = text
    .slice(cut + 1)
    .split('+')
    .map((part) => part.trim().toLowerCase());
  const target = decodeTarget(place);
  const wrong = [patternFault(pattern, watched), targetFault(place, target), ...switches.map((name) => switchFault(name, pattern))];
  const faults = wrong.filter((fault) => fault !== undefined);
  if (faults.length > 0 || target === undefined) return { wrong: faults.join('; and ') };
  return { value: { pattern, target, switches: ROUTE_SWITCHES.filter((name) => switches.includes(name)) } };
}

/** `~` at the start of a folder is the home directory; addresses end without a slash. */
function absolute(pattern: string): string {
  const colon = pattern.indexOf(':');
  const [source, rest] = [pattern.slice(0, colon + 1).toLowerCase(), pattern.slice(colon + 1)];
  const folder = rest === '~' || rest.startsWith('~/') ? `${homedir()}${rest.slice(1)}` : rest;
  return source + (folder.length > 1 ? folder.replace(/\/+$/, '') : folder);
}

function patternFault(pattern: string, watched: readonly string[]): string | undefined {
  const colon = pattern.indexOf(':');
  const source = pattern.slice(0, colon);
  if (colon < 0 && pattern === '') return `has a rule without a pattern in it; begin it with its source, such as ${watched[0] ?? ''}:*`;
  if (colon < 0 || source.includes('*'))
    return `has the pattern ${quoted(pattern)}, which names no source, so that it could show private work; write one rule for each source, such as ${watched.map((name) => `${name}:*`).join(' and ')}`;
  if (!watched.includes(source)) return `has the pattern ${quoted(pattern)}, whose ${quoted(source)} is no source${guess(source, watched)}`;
  return pattern.length === colon + 1
    ? `has the pattern ${quoted(pattern)}, which matches nothing; ${pattern}* takes everything`
    : undefined;
}

function decodeTarget(text: string): RouteTarget | undefined {
  if (!text.startsWith('@')) return decodeChannelName(text);
  const username = decodePerson(text);
  return username === undefined ? undefined : { kind: 'person', username };
}

function targetFault(text: string, target: RouteTarget | undefined): string | undefined {
  return target === undefined ? `has the target ${quoted(text)}, which is not ${TARGET}` : undefined;
}

function switchFault(name: string, pattern: string): string | undefined {
  if (!isSwitch(name)) return `has the switch ${quoted(`+${name}`)}, which there is not${guess(name, ROUTE_SWITCHES)}`;
  return pattern.startsWith('openclaw:') ? `has +${name} for openclaw, whose boxes VERBOSITY governs; leave it out` : undefined;
}

function isSwitch(name: string): name is RouteSwitch {
  return ROUTE_SWITCHES.some((known) => known === name);
}

function guess(name: string, known: readonly string[]): string {
  const meant = closestName(name, known, MOST_MISTAKES);
  return meant === undefined ? ` (there are ${known.join(', ')})` : ` (did you mean ${meant}?)`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
