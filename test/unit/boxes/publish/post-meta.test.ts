import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMeta, metaOf } from '../../../../src/boxes/publish/post-meta.ts';
import { view } from './harness.ts';

const claim = { seq: 7, instance: 'instance', claimedAt: 1_700_000_000_000 };

describe('what a post says about itself', () => {
  it('comes back as it was written, through JSON', () => {
    const shown = view('box', 'text');
    for (const meta of [metaOf(shown, claim), metaOf({ ...shown, meta: { ...shown.meta, trigger: 'trigger' } }, claim)]) {
      expect(decodeMeta(JSON.parse(JSON.stringify(meta)))).toEqual(meta);
    }
  });

  it('says whether the box is open', () => {
    expect(metaOf(view('box', 'text'), claim).open).toBe(true);
    expect(metaOf(view('box', 'text', { final: true }), claim).open).toBe(false);
  });

  it('names the eight newest runs only', () => {
    const shown = view('box', 'text');
    const runs = Array.from({ length: 20 }, (_, index) => `run${index}`);
    expect(metaOf({ ...shown, meta: { ...shown.meta, runs } }, claim).runs).toEqual(runs.slice(12));
  });

  it('everything else is not ours, and nothing throws', () => {
    const good = metaOf(view('box', 'text'), claim);
    for (const key of ['v', 'box', 'session', 'start', 'open', 'seq', 'instance', 'claimedAt'] as const) {
      const { [key]: _left, ...rest } = good;
      expect(decodeMeta(rest)).toBeUndefined();
      expect(decodeMeta({ ...good, [key]: null })).toBeUndefined();
    }
    expect(decodeMeta({ ...good, v: 2 })).toBeUndefined();
    expect(decodeMeta({ ...good, runs: ['run', 5, null], trigger: 9 })).toEqual({ ...good, runs: ['run'] });
    fc.assert(
      fc.property(fc.anything(), (value) => decodeMeta(value) === undefined),
      { seed: 1 },
    );
  });
});
