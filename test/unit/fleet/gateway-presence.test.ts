import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePresence, encodePresence } from '../../../src/fleet/gateway-presence.ts';
import { decodeFinding, encodeFinding, findingId } from '../../../src/fleet/told-finding.ts';

const PRESENCE = { version: '0.2.0', boxes: 3, waiting: 1, epoch: 1_790_000_000_000, at: 1_790_000_001_000 };
const FINDING = { id: 'force-push-1-a', at: 1_790_000_000_000, place: { channelId: 'c1', rootId: 'r1' }, text: 'Violation' };

describe('what a gateway says of itself', () => {
  it('is read as it was said, with what a newer version adds left out', () => {
    expect(decodePresence(encodePresence(PRESENCE))).toEqual(PRESENCE);
    expect(decodePresence(JSON.stringify({ ...PRESENCE, stopped: true, mood: 'fine' }))).toEqual({ ...PRESENCE, stopped: true });
  });

  it.each(['', '{', '[]', 'null', '7', JSON.stringify({ ...PRESENCE, boxes: -1 }), JSON.stringify({ ...PRESENCE, at: 'noon' })])(
    'is nothing where it is %j',
    (text) => expect(decodePresence(text)).toBeUndefined(),
  );

  it('is bounded', () => {
    expect(decodePresence(JSON.stringify({ ...PRESENCE, version: 'v'.repeat(10_000) }))?.version).toHaveLength(60);
  });
});

describe('a finding that is told', () => {
  it('is read as it was said', () => {
    expect(decodeFinding(encodeFinding(FINDING))).toEqual(FINDING);
    expect(decodeFinding(encodeFinding({ id: 'a', at: 1, text: 't' }))).toEqual({ id: 'a', at: 1, text: 't' });
  });

  it('is bounded, and leads to no odd place', () => {
    expect(encodeFinding({ ...FINDING, text: 'x'.repeat(100_000) }).length).toBeLessThan(2_000);
    const odd = { v: 1, ...FINDING, text: 'x'.repeat(100_000), place: { channelId: '../admin' } };
    expect(decodeFinding(JSON.stringify(odd))).not.toHaveProperty('place');
    expect(decodeFinding(JSON.stringify(odd))?.text.length).toBeLessThanOrEqual(1_001);
  });

  it.each([{ v: 2 }, { id: 'a.b' }, { id: '' }, { at: 1.5 }, { text: 5 }])('is nothing with %j', (other) =>
    expect(decodeFinding(JSON.stringify({ v: 1, ...FINDING, ...other }))).toBeUndefined(),
  );

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.json(), (json) => void [decodeFinding(json), decodePresence(json)]));
  });

  it('has a name of one word, whatever it is called', () => {
    expect(findingId('force-push-17-ab_c')).toBe('force-push-17-ab_c');
    expect(findingId('a.b > *')).toMatch(/^[\w-]+$/);
    expect(findingId('')).toBe('finding');
  });
});
