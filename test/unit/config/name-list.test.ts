import { describe, expect, it } from 'vitest';
import { isListed } from '../../../src/core/name-list.ts';

describe('isListed', () => {
  it.each([
    [[], [], 'anything', true],
    [['main'], [], 'main', true],
    [['main'], [], 'MAIN', true],
    [['main'], [], 'maine', false],
    [[], ['main'], 'main', false],
    [[], ['main'], 'other', true],
    [['ops-*'], ['ops-secret'], 'ops-secret', false],
    [['ops-*'], ['ops-secret'], 'ops-open', true],
    [['ops-*'], [], 'ops-', true],
    [['*-bot'], [], 'a-bot', true],
    [['*-bot'], [], 'bot', false],
    [['a*b*c'], [], 'a-b-c', true],
    [['a*b*c'], [], 'ac', false],
    [['a*a'], [], 'a', false],
    [['*b*b*'], [], 'b', false],
    [['a.c'], [], 'abc', false],
  ])('allow %j, deny %j: %s passes is %s', (allow, deny, name, passes) => expect(isListed({ allow, deny }, [name])).toBe(passes));

  it('lets a thing pass by any of its names and refuses it by any of them', () => {
    expect(isListed({ allow: ['ops/*'], deny: [] }, ['id1', 'town-square', 'ops/town-square'])).toBe(true);
    expect(isListed({ allow: ['ops/*'], deny: ['id1'] }, ['id1', 'town-square', 'ops/town-square'])).toBe(false);
  });

  it('answers at once for a pattern that would make a backtracking matcher hang', () => {
    expect(isListed({ allow: [`${'a*'.repeat(50)}b`], deny: [] }, ['a'.repeat(50_000)])).toBe(false);
  });
});
