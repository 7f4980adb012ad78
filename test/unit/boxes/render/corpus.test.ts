import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSpan, OUR_MARK, plainText, prose } from '../../../../src/text/neutralise.ts';
import { cut } from '../../../../src/text/text.ts';
import { createRedactor } from '../../../../src/text/redact.ts';
import { ATTACKS, hostileText } from './hostile.ts';
import { readAsApp } from './judges/app.ts';
import { harmsAroundBlocks, harmsOf, serverWords } from './judges/harms.ts';
import { readAsWeb } from './judges/web.ts';
import { alertWith, byHandWith, type Drawn, drawWith, PLACES, STATES } from './foreign-texts.ts';

const CLIENTS = [readAsWeb, readAsApp];
const VERBOSITIES = ['detail', 'normal', 'quiet'] as const;
const asIs = (text: string) => text;

/** Every harm of a box, named with the line that shows it. */
function harmsOfBox({ first, later }: Drawn, judges = CLIENTS): string[] {
  return [...first, ...later].flatMap((markdown) => {
    const harms = harmsAroundBlocks(markdown, judges);
    if (harms.length === 0) return [];
    const guilty = markdown.split('\n').filter((line) => harmsOf(line, judges).length > 0);
    return [`${harms.join(', ')}: ${JSON.stringify(guilty.length > 0 ? guilty : markdown)}`];
  });
}

/** Lines below the title that could pass for one of ours. */
function spoofs({ card, later }: Drawn): string[] {
  const said = card.lines.filter((line) => !line.trimStart().startsWith(`${OUR_MARK} `));
  const looksLikeOurs = said.filter((line) => /^[\s\u200e\u2068]*`*[^\p{L}\p{N}`"'(]*[[［【〔⎡⎣⊏⌜]\s*\p{L}+\s*[\]］】〕⎤⎦⊐⌟]/u.test(line));
  const marked = later
    .join('\n')
    .split('\n')
    .filter((line) => line.lastIndexOf(OUR_MARK) > Math.max(0, line.search(/\S/)));
  return [...looksLikeOurs, ...marked, ...(said.length > 3 ? [`${said.length} lines without our mark`] : [])];
}

describe('found in the wild', () => {
  const folder = new URL('../../../fixtures/hostile-text/', import.meta.url);
  const cases = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { cases: found } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { cases: { input: string }[] };
      return found.map(({ input }) => [name, input] as const);
    });

  it.each(cases)('%s: %j does no harm in any place and state', (_, input) => {
    for (const state of STATES) {
      const box = drawWith([input], state, { verbosity: 'detail', redact: asIs });
      expect(harmsOfBox(box)).toEqual([]);
      expect(spoofs(box)).toEqual([]);
    }
    expect([alertWith(input), ...byHandWith(input)].flatMap((markdown) => harmsOf(markdown))).toEqual([]);
    for (const encode of [prose, codeSpan, asTitle]) expect(harmsOf(encode(input)), encode(input)).toEqual([]);
  });
});

const asTitle = (text: string) => `[ERROR] ${plainText(text, 60)} | main | 38s`;

describe('a box with a foreign text in every place', () => {
  it('of a list of attacks only shows them, in every state, first and later, to every client', { timeout: 240_000 }, () => {
    const harms = ATTACKS.flatMap((attack, index) => {
      const boxes = STATES.map((state, at) => ({
        box: drawWith([attack], state, { verbosity: 'detail', redact: asIs }),
        isWhole: at === index % STATES.length,
      }));
      const ofTitles = boxes.flatMap(({ box }) => [box.card.title, box.card.fallback].flatMap((title) => harmsOf(title)));
      const ofLines = boxes.filter(({ isWhole }) => isWhole).flatMap(({ box }) => [...harmsOfBox(box, undefined), ...spoofs(box)]);
      return [...ofTitles, ...ofLines, ...[alertWith(attack), ...byHandWith(attack)].flatMap((text) => harmsOf(text))].map(
        (harm) => `${JSON.stringify(attack)}: ${harm}`,
      );
    });
    expect(harms).toEqual([]);
  });

  it('of 100,000 generated strings only shows them, in every place and state, first and later', { timeout: 240_000 }, () => {
    const boxes = Math.ceil(100_000 / PLACES);
    const texts = fc.sample(hostileText, { numRuns: boxes * PLACES, seed: 7 });
    const redact = createRedactor([]);
    for (let index = 0; index < boxes; index++) {
      const own = texts.slice(index * PLACES, (index + 1) * PLACES);
      const setting = { verbosity: VERBOSITIES[index % 7] ?? 'detail', redact: index % 50 === 0 ? redact : asIs };
      const box = drawWith(own, STATES[index % STATES.length] ?? 'active', setting);
      expect(harmsOfBox(box, CLIENTS), JSON.stringify(own)).toEqual([]);
      expect(spoofs(box), JSON.stringify(own)).toEqual([]);
    }
  });

  it('notifies nobody: not one foreign word of a new post stands outside of a code span', () => {
    const forms = [
      'Zqkeyword',
      'ask Zqkeyword.',
      'zqkeyword_ `zqkeyword` zqkeyword-zqkeyword',
      '🎉zqkeyword',
      'Zqkeyword\u2424zqkeyword',
      '(zqkeyword) "zqkeyword"',
    ];
    for (const state of STATES) {
      for (const form of forms) {
        const { first } = drawWith([form], state, { verbosity: 'detail', redact: asIs }, 'ours');
        const [message = '', _title, _fallback, field = ''] = first;
        const heard = [message, field, alertWith(form), ...byHandWith(form).slice(0, 1)]
          .flatMap(serverWords)
          .filter((word) => /zqkeyword/i.test(word));
        expect(heard, `${state} ${form}`).toEqual([]);
      }
    }
  });
});

describe('every code point up to U+1FFFF', () => {
  const PER_LINE = 24;
  const LAST = 0x1ffff;
  const WAYS: [string, (points: string[]) => string][] = [
    ['inside a word', (points) => prose(points.map((point) => `a${point}b`).join(' '))],
    ['as a word of prose', (points) => prose(points.map((point) => `say ${point} now`).join(' '))],
    ['in a code span', (points) => points.map((point) => codeSpan(`a${point}b`)).join(' ')],
    ['in a title', (points) => asTitle(points.map((point) => `a${point}b ${point}`).join(' '))],
  ];

  it.each(WAYS)('is harmless %s', { timeout: 240_000 }, (_, draw) => {
    const lines: string[] = [];
    for (let start = 0; start <= LAST; start += PER_LINE) {
      lines.push(draw(Array.from({ length: PER_LINE }, (_empty, offset) => String.fromCodePoint(start + offset))));
    }
    const harms: string[] = [];
    for (let start = 0; start < lines.length; start += 50) {
      const some = lines.slice(start, start + 50).filter((line) => line !== '');
      if (harmsOf(some.join('\n'), CLIENTS).length > 0) {
        harms.push(...some.flatMap((line) => harmsOf(line, CLIENTS).map((harm) => `${harm}: ${line}`)));
      }
    }
    expect(harms).toEqual([]);
  });
});

describe('a cut', () => {
  it('leaves nothing open', () => {
    for (const attack of ATTACKS) {
      for (let max = 1; max < 12; max++) expect(harmsOf(prose(cut(attack, max))), attack).toEqual([]);
    }
  });
});
