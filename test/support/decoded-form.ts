// What the form of a setting makes of a text, for tests.

import type { TextForm } from '../../src/config/setting.ts';

/** The value; throws where the text is refused. */
export function valueOf<T>(form: TextForm<T>, text: string): T {
  const decoded = form.decode(text);
  if ('value' in decoded) return decoded.value;
  throw new Error(`${JSON.stringify(text)} ${decoded.wrong ?? 'is refused'}`);
}

/** What is wrong with the text, `'is not understood'` where the form does not say it; `undefined` where nothing is. */
export function wrongWith<T>(form: TextForm<T>, text: string): string | undefined {
  const decoded = form.decode(text);
  return 'value' in decoded ? undefined : (decoded.wrong ?? 'is not understood');
}
