import { describe, expect, it } from 'vitest';
import { FreshIds } from '../../../src/demo/fresh-ids.ts';

const SESSION = '0b5e2a4c-1d3f-4a6b-8c7d-9e0f1a2b3c4d';
const LINE = `{"id":"0a1b2c3d","parentId":"11223344","call":"toolu_demo00007","session":"agent:main:subagent:${SESSION}","text":"0a1b2c3d seconds"}`;

describe('fresh ids', () => {
  it('replace the ids of sessions, calls and entries, the same everywhere in a round', () => {
    const ids = new FreshIds();
    const first = ids.rewrite(LINE);
    for (const id of [SESSION, '"0a1b2c3d"', '"11223344"', 'toolu_demo00007']) expect(first).not.toContain(id);
    expect(ids.rewrite(LINE)).toBe(first);
    expect(ids.rewrite(SESSION)).toBe(/subagent:([^"]+)"/.exec(first)?.[1]);
  });

  it('leave words alone that only look like an id of an entry', () => {
    expect(new FreshIds().rewrite(LINE)).toContain('0a1b2c3d seconds');
  });

  it('are others in the next round', () => {
    expect(new FreshIds().rewrite(LINE)).not.toBe(new FreshIds().rewrite(LINE));
  });

  it('include what was learned, also inside of keys', () => {
    const ids = new FreshIds();
    ids.setFresh('postrelease000000000000000', 'live0000000000000000000000');
    expect(ids.rewrite('agent:main:mattermost:channel:c:thread:postrelease000000000000000')).toMatch(/:thread:live0{22}$/);
  });
});
