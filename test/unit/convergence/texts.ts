// What agents say here: ordinary sentences, secrets of every shape, pings, links, pictures, fences. Each number is one text.

import { createDice, KEY_SHAPES } from '../text/corpus.ts';

const dice = createDice(7);

/** None of these may be readable in any post. */
export const CANARIES: readonly string[] = Object.values(KEY_SHAPES).map((build) => build(dice));

const HOSTILE = [
  '@channel @all @here look',
  'thanks @alice and @live-status',
  'see https://evil.example/x?y=1 and www.evil.example',
  '![p](https://evil.example/p.png) [l](https://evil.example)',
  '```\n@channel\n```\n~~~ open',
  '# big\n| a | b |\n|---|---|\n> quote ~town-square :smile:',
  '\u202Eevil\u200B\u0007 text',
  '<b>@all</b> &lt;@channel&gt; `` ` `` @all',
];

const ORDINARY = ['Reading the sources.', 'make -C build test', 'Now the tests pass, 12 of 12.', 'ls -la /srv/data', '', 'ok'];

/** A text from its number; the same number is the same text. */
export function textOf(number: number): string {
  const plain = ORDINARY[number % ORDINARY.length] ?? '';
  const canary = CANARIES[number % CANARIES.length] ?? '';
  const hostile = HOSTILE[number % HOSTILE.length] ?? '';
  switch (number % 4) {
    case 0:
      return `${plain} ${number}`;
    case 1:
      return `${plain}\nexport MY_TOKEN=${canary}\n${number}`;
    case 2:
      return `${hostile} ${number}`;
    default:
      return `${number} ${'filler '.repeat(number)}${canary} ${hostile}`;
  }
}
