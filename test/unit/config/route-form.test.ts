// ROUTES: what is understood, what is refused and with which words, and which rule covers an address.

import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { routeList } from '../../../src/config/route-form.ts';
import { type RouteRule, ruleFor, ruleText, visibilityOf } from '../../../src/core/route-rule.ts';
import { valueOf, wrongWith } from '../../support/decoded-form.ts';

const form = routeList(['openclaw', 'claude-code', 'codex']);
const ID = 'c'.repeat(26);

function rulesOf(text: string): readonly RouteRule[] {
  return valueOf(form, text);
}

function wrong(text: string): string {
  return wrongWith(form, text) ?? 'nothing';
}

describe('a rule', () => {
  it.each<[string, string, object, string[]]>([
    ['claude-code:/code/shop=lab/shop', 'claude-code:/code/shop', { kind: 'name', team: 'lab', channel: 'shop' }, []],
    ['claude-code:*=@Alice', 'claude-code:*', { kind: 'person', username: 'alice' }, []],
    [`openclaw:main=${ID}`, 'openclaw:main', { kind: 'id', id: ID }, []],
    ['Codex:/Code/*=Lab/Shop', 'codex:/Code/*', { kind: 'name', team: 'lab', channel: 'shop' }, []],
    [' codex:/a = lab/x + Texts + commands ', 'codex:/a', { kind: 'name', team: 'lab', channel: 'x' }, ['commands', 'texts']],
    ['codex:/a=b=lab/x+prompts', 'codex:/a=b', { kind: 'name', team: 'lab', channel: 'x' }, ['prompts']],
    ['codex:/code/shop//=lab/x', 'codex:/code/shop', { kind: 'name', team: 'lab', channel: 'x' }, []],
    ['claude-code:~/code/shop*=lab/x', `claude-code:${homedir()}/code/shop*`, { kind: 'name', team: 'lab', channel: 'x' }, []],
    ['claude-code:~=lab/x', `claude-code:${homedir()}`, { kind: 'name', team: 'lab', channel: 'x' }, []],
    ['claude-code:/a/~/b=lab/x', 'claude-code:/a/~/b', { kind: 'name', team: 'lab', channel: 'x' }, []],
  ])('%s', (text, pattern, target, switches) => {
    expect(rulesOf(text)).toEqual([{ pattern, target, switches }]);
    expect(rulesOf(rulesOf(text).map(ruleText).join(', '))).toEqual(rulesOf(text));
  });

  it.each<[string, RegExp]>([
    ['*=lab/shop', /names no source.*openclaw:\* and claude-code:\* and codex:\*/],
    ['~/code/shop=lab/shop', /names no source/],
    ['*:/code/shop=lab/shop', /names no source/],
    ['claude*:/code=lab/shop', /names no source/],
    ['=lab/shop', /without a pattern.*openclaw:\*/],
    ['claude-cod:/x=lab/shop', /"claude-cod" is no source \(did you mean claude-code\?\)/],
    ['gateway:/x=lab/shop', /"gateway" is no source \(there are openclaw, claude-code, codex\)/],
    ['codex:=lab/shop', /matches nothing; codex:\* takes everything/],
    ['codex:/x', /without =target/],
    ['codex:/x=', /the target "", which is not the id of a channel, team\/channel or @user/],
    ['codex:/x=shop', /the target "shop"/],
    ['codex:/x=@all', /the target "@all"/],
    ['codex:/x=@', /the target "@"/],
    ['codex:/x=lab/shop+comands', /"\+comands", which there is not \(did you mean commands\?\)/],
    ['codex:/x=lab/shop+', /"\+", which there is not/],
    ['openclaw:main=lab/shop+texts', /\+texts for openclaw/],
    ['codex:/x=lab/a, codex:/x=lab/b', /"codex:\/x" twice/],
    ['codex:/x=lab/a,,codex:/y=lab/b', /an empty rule/],
  ])('%s is refused with the cure', (text, words) => expect(wrong(text)).toMatch(words));

  it('that is wrong does not hide another one: all faults are named at once', () => {
    const words = wrong('*=shop, cdex:/x=lab/shop+text, codex:/y=@here');
    for (const fault of ['names no source', 'target "shop"', 'did you mean codex', 'did you mean texts', 'target "@here"'])
      expect(words).toContain(fault);
  });
});

describe('the rule for an address', () => {
  const rules = rulesOf(
    'claude-code:/code/shop=lab/shop+commands, claude-code:/code/*=lab/rest+texts+prompts, codex:*/shop=lab/codex, openclaw:*=lab/agents',
  );

  it.each<[string, string | undefined]>([
    ['claude-code:/code/shop', 'lab/shop'],
    ['claude-code:/code/shop2', 'lab/rest'],
    ['claude-code:/code/a/b', 'lab/rest'],
    ['claude-code:/code', undefined],
    ['claude-code:/other/code/shop', undefined],
    ['codex:/any/where/shop', 'lab/codex'],
    ['codex:/any/where/Shop', undefined],
    ['codex:/any/where/shop/sub', undefined],
    ['pi:/code/shop', undefined],
    ['openclaw:main', 'lab/agents'],
    ['xclaude-code:/code/shop', undefined],
  ])('%s is the first that matches', (address, channel) => {
    const rule = ruleFor(rules, address);
    expect(rule === undefined ? undefined : ruleText(rule).split('=')[1]?.split('+')[0]).toBe(channel);
  });

  it('switches on what it names and nothing else', () => {
    const seen = (address: string) => visibilityOf(ruleFor(rules, address));
    expect(seen('claude-code:/code/shop')).toEqual({ isRouted: true, commands: true, texts: false, prompts: false });
    expect(seen('claude-code:/code/x')).toEqual({ isRouted: true, commands: false, texts: true, prompts: true });
    expect(seen('codex:/x/shop')).toEqual({ isRouted: true, commands: false, texts: false, prompts: false });
    expect(seen('pi:/x')).toEqual({ isRouted: false, commands: false, texts: false, prompts: false });
  });
});

it('a wrong rule is one of the problems of the configuration, beside the others', () => {
  const result = readConfig({ ROUTES: '*=lab/shop', THREAD_HOURS: '0' });
  const named = result.kind === 'wrong' ? result.problems.map(({ variable }) => variable) : [];
  expect(named).toEqual(expect.arrayContaining(['MM_URL', 'ROUTES', 'THREAD_HOURS']));
});
