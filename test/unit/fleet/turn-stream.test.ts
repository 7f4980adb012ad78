import { describe, expect, it } from 'vitest';
import { decodeSubject, serverRefusal, turnSubject } from '../../../src/fleet/turn-stream.ts';

describe('the server of a fleet', () => {
  it.each(['2.11.0', '2.11.0-RC.1', '2.15.1', '3.0.0'])('may be %s', (version) => {
    expect(serverRefusal(version)).toBeUndefined();
  });

  it.each(['2.9.10', '2.10.29', '1.99.0', 'odd', undefined])('is refused with the cure when it is %s', (version) => {
    expect(serverRefusal(version)).toMatch(/a fleet needs 2\.11 or newer: replace it/);
  });
});

describe('a subject', () => {
  it('names the gateway and the box', () => {
    const box = { gateway: 'web-1', boxId: '0123456789abcdef-lx2k' };
    expect(decodeSubject(turnSubject('chat1', box))).toEqual(box);
  });

  it.each(['ls.turn.c.web-1', 'ls.turn.c.web-1.b.more', 'ls.turn.c.-.b', 'ls.turn.c..b', 'ls.turn.c.web-1.', 'other.turn.c.web-1.b'])(
    'that is none of ours names nothing: %s',
    (subject) => {
      expect(decodeSubject(subject)).toBeUndefined();
    },
  );
});
