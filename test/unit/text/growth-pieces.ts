// Pieces of text that are hostile when there is nothing else: for the tests of growth and for the measurements.

import { SHAPE_ROWS } from '../../../src/text/redact-shape-table.ts';
import { parseTemplate } from '../../../src/text/redact-template.ts';

/** What makes a detector look: names, markers, beginnings of keys, commands, quotes, breaks. */
const PIECES: readonly string[] = [
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN PRIVATE KEY-----\nabc\n',
  'a\n-----END PRIVATE KEY-----\n',
  ...'a|0|M|aB3|aB3.|a0-|-|"|\\|\n| |[|{|=|;|@|%|:|/|é|\u0301|\u200b|`|*|_|~|<|пароль |密码|a,|a|b\n'.split('|'),
  ...'password=|password="|password: (|password |password for x |token is |the key is aaaa |secret: {"|API_KEY=|--password |PASS=${a:-|p'.split(
    '|',
  ),
  ...'://a:|://a:b@\n|https://a:b|Bearer aaaaaaaaaaaa1\n|Authorization: |Cookie: a=|<password>|-u a:|echo a|\n$ cat secret\n'.split('|'),
  ...'mysql -p|curl -u a:b |sqlplus a/|docker login -p |vault login |net use x |htpasswd -b a b |kind: Secret\ndata:\n  a: b\n'.split('|'),
  'IDENTIFIED BY ',
  'insert into a (',
  'insert into a (password) values (',
  'password = "ab" + ',
  'password=a(',
  'password,a\n',
  '| password | a |\n',
  '\\u0061',
  '%61',
  '&#97;',
  '**a**',
  "'a' +\n'",
  'a\\\n',
  'password: |\n  a\n',
  'password=<<A\n',
  'jwt.sign(a, "',
  '"password").fill("',
  '<td>password</td><td>',
  '<password a="b">',
  '"password=" + "',
  'connect("a", "b", "',
  'AUTH aaaa\n',
  'variable "password" {\n default = "',
  'admin / a',
  '"value":"a","type":"password"',
  '\uff50\uff41\uff53\uff53',
  'YWRtaW46VHIwdWI0ZG9yLXg5S3E=',
  '6768705f7138',
  ...SHAPE_ROWS.flatMap(([, template]) => parseTemplate(template).map(([first]) => (first?.kind === 'literal' ? first.text : 'a'))),
];

/** Each of them once. */
export const GROWTH_PIECES: readonly string[] = [...new Set(PIECES)];

/** A text of so many characters of nothing but a piece. */
export function grown(piece: string, chars: number): string {
  return piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars);
}
