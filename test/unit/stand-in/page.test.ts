import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

const html = readFileSync(new URL('../../../src/stand-in/page.html', import.meta.url), 'utf8');
const source = /\/\/ markdown:begin[^\n]*\n([\s\S]*?)\/\/ markdown:end/.exec(html)?.[1] ?? '';
const render = runInNewContext(`${source}\nrenderMarkdown`) as (text: string) => string;

/** The only tags the renderer may make, with the only attributes. */
const OWN_TAG =
  /<\/?(?:p|br|strong|em|del|code|pre|ul|li|hr|blockquote|table|thead|tbody|tr|th|td|h[1-6])>|<ol start="\d+">|<\/ol>|<a href="https?:[^"<>\s]*" target="_blank" rel="noopener noreferrer">|<\/a>|<span class="mention(?: all)?">|<\/span>/g;

/** What is left of the output after the renderer's own tags must not contain any markup. */
function foreign(text: string): string[] {
  return (
    render(text)
      .replace(OWN_TAG, '')
      .match(/[<>"']/g) ?? []
  );
}

describe('the Markdown of the page', () => {
  it.each([
    ['**bold** and *it* and ~~no~~', '<p><strong>bold</strong> and <em>it</em> and <del>no</del></p>'],
    ['one\ntwo', '<p>one<br>two</p>'],
    ['`a **b** <c>`', '<p><code>a **b** &#60;c&#62;</code></p>'],
    ['`` a`b ``', '<p><code>a`b</code></p>'],
    ['\\*not\\* \\@all \\`x\\`', '<p>*not* @all `x`</p>'],
    ['- a\n- b\n  - c', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['```js\n<b>\n```\nx', '<pre><code>&#60;b&#62;</code></pre><p>x</p>'],
    [
      '| a | b |\n|---|---|\n| 1 | `2` |',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table>',
    ],
    ['> q', '<blockquote><p>q</p></blockquote>'],
    ['hi @all', '<p>hi <span class="mention all">@all</span></p>'],
    ['snake_case_name and a_b', '<p>snake_case_name and a_b</p>'],
  ])('renders %j', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[a](javascript:alert(1))',
    '[a](https://e.test/"onmouseover="x)',
    '![x](https://e.test/a.png)',
    '</code><b>',
  ])('lets no markup of a post through: %s', (text) => {
    expect(foreign(text)).toEqual([]);
    expect(render(text)).not.toMatch(/href="javascript|<img/);
  });

  it('lets none through whatever a post says, and always comes to an end', () => {
    const marks = constantFrom(
      '<',
      '>',
      '"',
      "'",
      '`',
      '``',
      '```',
      '*',
      '**',
      '_',
      '~~',
      '[',
      '](',
      ')',
      'https://e.test/',
      '@a',
      '\\',
      '\0',
      '0',
      '|',
      '|-|',
      '>',
      '- ',
      '1. ',
      '\n',
      ' ',
    );
    const nasty = array(oneof(marks, string({ maxLength: 4 })), { maxLength: 40 }).map((parts) => parts.join(''));
    assert(
      property(nasty, (text) => foreign(text).length === 0),
      { numRuns: 2000, seed: 1 },
    );
  });
});
