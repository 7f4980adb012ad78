import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../src/core/log.ts';
import { createRepeatLog } from '../../../src/core/repeat-log.ts';
import { createLog, type LogLevel } from '../../../src/process/pino-log.ts';

function logged(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, redact: (text) => text.replaceAll('hush', '****'), stream: { write: (line) => void lines.push(line) } });
  return { log, lines, records: () => lines.map((line): unknown => JSON.parse(line)) };
}

describe('the log', () => {
  it('writes one JSON object per line with level, time, fields and sentence', () => {
    const { log, lines, records } = logged();
    log.info({ file: 'a', count: 2 }, 'A file was found.');
    expect(lines[0]).toMatch(/\n$/);
    expect(records()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), file: 'a', count: 2, msg: 'A file was found.' },
    ]);
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at level %s writes %d of the four', (level, count) => {
    const { log, lines } = logged(level);
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]({}, 'x');
    expect(lines).toHaveLength(count);
  });

  it('masks secrets in the sentence, in fields at any depth, in keys and in errors with stacks and causes', () => {
    const { log, lines, records } = logged();
    const error = new TypeError('no hush', { cause: new Error('deep hush') });
    log.error({ err: error, list: [{ hush: 'hush' }], map: { a: { b: 'x hush y' } } }, 'A hush was seen.');
    expect(lines.join()).not.toContain('hush');
    expect(records()).toMatchObject([
      {
        err: { type: 'TypeError', message: 'no ****', stack: expect.stringContaining('no ****'), cause: { message: 'deep ****' } },
        msg: 'A **** was seen.',
      },
    ]);
  });

  it('keeps an error to what identifies it, so that a request inside it with its headers is not written', () => {
    const { log, lines, records } = logged();
    log.warn(
      { err: Object.assign(new Error('x'), { code: 'ECONNRESET', request: { headers: { authorization: 'Bearer abc' } } }) },
      'It failed.',
    );
    expect(lines.join()).not.toContain('Bearer');
    expect(records()).toMatchObject([{ err: { message: 'x', code: 'ECONNRESET' } }]);
  });

  it('survives fields that contain themselves or big numbers', () => {
    const { log, lines } = logged();
    const loop: Record<string, unknown> = { big: 10n };
    loop['self'] = loop;
    log.info({ loop }, 'x');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"big":"10"');
  });
});

describe('the repeat log', () => {
  function repeating() {
    let now = 0;
    const lines: { level: string; fields: LogFields; message: string }[] = [];
    const write = (level: string) => (fields: LogFields, message: string) => void lines.push({ level, fields, message });
    const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const clock = { now: () => 0, monotonic: () => now, after: () => () => undefined };
    return { lines, repeat: createRepeatLog(log, clock, { remindAfterMs: 1_000 }), wait: (ms: number) => (now += ms) };
  }

  it('names a failure at once, then once per interval with its count', () => {
    const { lines, repeat, wait } = repeating();
    for (let n = 0; n < 25; n += 1) {
      repeat.failed('read:a', { file: 'a' }, 'A file cannot be read.');
      wait(100);
    }
    expect(lines).toEqual([1, 10, 10].map((times) => ({ level: 'warn', fields: { file: 'a', times }, message: 'A file cannot be read.' })));
  });

  it('keeps different failures apart', () => {
    const { lines, repeat } = repeating();
    for (const key of ['a', 'b', 'a', 'b']) repeat.failed(key, { key }, 'x');
    expect(lines.map(({ fields }) => fields)).toEqual([
      { key: 'a', times: 1 },
      { key: 'b', times: 1 },
    ]);
  });

  it('says once that it is over, with the total, and names the failure anew after that', () => {
    const { lines, repeat } = repeating();
    repeat.recovered('a', {}, 'Never failed.');
    for (let n = 0; n < 3; n += 1) repeat.failed('a', {}, 'Bad.');
    repeat.recovered('a', {}, 'Good again.');
    repeat.recovered('a', {}, 'Good again.');
    repeat.failed('a', {}, 'Bad.');
    expect(lines.map(({ level, fields, message }) => [level, message, fields['failures'] ?? fields['times']])).toEqual([
      ['warn', 'Bad.', 1],
      ['info', 'Good again.', 3],
      ['warn', 'Bad.', 1],
    ]);
  });

  it('remembers a bounded number of failures', () => {
    const { lines, repeat } = repeating();
    for (let n = 0; n <= 1_000; n += 1) repeat.failed(`key ${n}`, {}, 'x');
    lines.splice(0);
    repeat.failed('key 1000', {}, 'x');
    expect(lines).toHaveLength(0);
    repeat.failed('key 0', {}, 'x');
    expect(lines).toHaveLength(1);
  });
});
