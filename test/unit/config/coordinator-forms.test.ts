import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coordinatorDefault, peopleList, roleList, ruleList } from '../../../src/config/coordinator-forms.ts';
import type { TextForm } from '../../../src/config/setting.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function decode<T>(form: TextForm<T>, text: string): T | string {
  const result = form.schema.safeParse(text);
  return result.success ? result.data : `wrong: ${result.error.issues[0]?.message ?? ''}`;
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
] as const)('every form gives the text again that it was made of: %#', (form, text) => {
  const schema = (form as TextForm<unknown>).schema;
  expect(schema.encode(schema.parse(text))).toBe(text);
});

describe('the coordinator by default', () => {
  it('is on with roles or with a governance state, else off', () => {
    const home = tempFolder('home');
    expect(coordinatorDefault({ HOME: home })).toBe('0');
    expect(coordinatorDefault({ HOME: home, COORDINATOR_ROLES: 'main=primary' })).toBe('1');
    mkdirSync(join(home, '.openclaw', 'governance'), { recursive: true });
    writeFileSync(join(home, '.openclaw', 'governance', 'state.json'), '{}');
    expect(coordinatorDefault({ HOME: home })).toBe('1');
    expect(coordinatorDefault({ HOME: home, GOVERNANCE_DIR: join(home, 'elsewhere') })).toBe('0');
    rmSync(home, { recursive: true });
  });
});
