import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  branchList,
  coordinatorDefault,
  coordinatorScope,
  ledgerDefault,
  peopleList,
  roleList,
  ruleList,
} from '../../../src/config/coordinator-forms.ts';
import type { TextForm } from '../../../src/config/setting.ts';
import { valueOf, wrongWith } from '../../support/decoded-form.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function decode<T>(form: TextForm<T>, text: string): T | string {
  const wrong = wrongWith(form, text);
  return wrong === undefined ? valueOf(form, text) : `wrong: ${wrong}`;
}

describe('roles', () => {
  it('belong to agents, whatever their case and blanks', () => {
    expect(decode(roleList(), 'Main=Primary, reviewer = secondary,auditor=observer')).toEqual([
      ['main', 'primary'],
      ['reviewer', 'secondary'],
      ['auditor', 'observer'],
    ]);
  });

  it.each(['main', 'main=', '=primary', 'main=chief', 'main=primary,', 'main=primary=x', 'a b=primary'])('are refused: %s', (text) => {
    expect(decode(roleList(), text)).toMatch(/^wrong/);
  });

  it('are one for each agent', () => {
    expect(decode(roleList(), 'main=primary,main=observer')).toBe('wrong: names main twice');
  });
});

describe('operators', () => {
  it('are names with or without @, each once', () => expect(decode(peopleList(), '@Alice, bob,alice')).toEqual(['alice', 'bob']));

  it.each(['@all', 'here', 'alice,@channel'])('are people, not a whole channel: %s', (text) => {
    expect(decode(peopleList(), text)).toMatch(/is no person$/);
  });

  it.each(['alice,', 'al ice', '-x'])('are refused: %s', (text) => expect(decode(peopleList(), text)).toMatch(/^wrong/));
});

describe('rules', () => {
  it('are switched on and off by name', () => expect(decode(ruleList(), 'drift, !Posture')).toEqual({ drift: true, posture: false }));

  it('must be known', () => expect(decode(ruleList(), 'drfit')).toMatch(/^wrong/));
});

it.each([
  [roleList(), 'main=primary,reviewer=secondary'],
  [peopleList(), 'alice,bob'],
  [ruleList(), 'drift, !posture'],
  [branchList(), 'main, release/*'],
  [coordinatorScope(), 'general'],
  [coordinatorScope(), '1'],
] as const)('every form gives the text again that it was made of: %#', (form, text) => {
  const { encode } = form as TextForm<unknown>;
  expect(encode(valueOf(form as TextForm<unknown>, text))).toBe(text);
});

describe('the coordinator', () => {
  it.each([
    ['on', 'governed'],
    ['1', 'governed'],
    ['General', 'general'],
    ['off', 'off'],
    ['0', 'off'],
  ])('with %s is %s', (text, scope) => expect(decode(coordinatorScope(), text)).toBe(scope));

  it('takes no other word', () => expect(decode(coordinatorScope(), 'some')).toMatch(/^wrong/));

  it('has all rules by default with roles or with a governance state, else the general ones', () => {
    const home = homeWithState();
    expect(coordinatorDefault({ HOME: tempFolder('other') })).toBe('general');
    expect(coordinatorDefault({ HOME: tempFolder('other'), COORDINATOR_ROLES: 'main=primary' })).toBe('1');
    expect(coordinatorDefault({ HOME: home })).toBe('1');
    expect(coordinatorDefault({ HOME: home, GOVERNANCE_DIR: join(home, 'elsewhere') })).toBe('general');
  });

  it("writes into the governance skills' ledger where agents are governed or it exists, else into one of its own", () => {
    const home = tempFolder('other');
    const own = join(home, '.local', 'state', 'live-status', 'audit_ledger.jsonl');
    expect(ledgerDefault({ HOME: home })).toBe(own);
    expect(ledgerDefault({ HOME: home, STATE_DIR: '/var/lib/x' })).toBe('/var/lib/x/audit_ledger.jsonl');
    const shared = join('.openclaw', 'audits', 'moses', 'audit_ledger.jsonl');
    expect(ledgerDefault({ HOME: home, COORDINATOR: 'on' })).toBe(join(home, shared));
    expect(ledgerDefault({ HOME: home, COORDINATOR: 'wrong' })).toBe(own);
    const governed = homeWithState();
    expect(ledgerDefault({ HOME: governed })).toBe(join(governed, shared));
    mkdirSync(join(home, '.openclaw', 'audits', 'moses'), { recursive: true });
    writeFileSync(join(home, shared), '');
    expect(ledgerDefault({ HOME: home })).toBe(join(home, shared));
  });
});

describe('branches', () => {
  it('are names, each once', () => expect(decode(branchList(), 'main, release/*,main')).toEqual(['main', 'release/*']));

  it.each(['main,', 'a b', '*', 're*lease'])('are refused: %s', (text) => expect(decode(branchList(), text)).toMatch(/^wrong/));
});

function homeWithState(): string {
  const home = tempFolder('home');
  mkdirSync(join(home, '.openclaw', 'governance'), { recursive: true });
  writeFileSync(join(home, '.openclaw', 'governance', 'state.json'), '{}');
  return home;
}
