import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../../src/core/sink.ts';
import { type BodyKind, classify, type Operation, type Verdict } from '../../../src/sinks/mattermost/classify.ts';
import { recordedVerdicts } from './recorded-verdicts.ts';
import { readRecordings } from './recordings.ts';

const operations: Operation[] = ['create', 'edit', 'read', 'list', 'mark', 'probe'];
const bodyKinds: BodyKind[] = ['json', 'html', 'text', 'empty'];

function short(verdict: Verdict): string {
  if (verdict.verdict === 'ok') return 'ok';
  if (verdict.verdict === 'failed') return verdict.reason;
  return verdict.about === 'post' ? 'ask post' : `ask ${verdict.ifHealthy}`;
}

function every(from: number, to: number): { operation: Operation; status: number; bodyKind: BodyKind; verdict: Verdict; short: string }[] {
  const statuses = Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  return operations.flatMap((operation) =>
    bodyKinds.flatMap((bodyKind) =>
      statuses.map((status) => {
        const verdict = classify({ operation, status, bodyKind });
        return { operation, status, bodyKind, verdict, short: short(verdict) };
      }),
    ),
  );
}

/** 4xx that mean the same from everybody. */
const fixedByStatus = new Set([408, 413, 429]);

describe('recorded exchanges', () => {
  const exchanges = readRecordings();

  it('covers every operation and every recording that the table names', () => {
    expect(new Set(exchanges.map(({ operation }) => operation))).toEqual(new Set(operations));
    const named = Object.entries(recordedVerdicts).flatMap(([file, cases]) => Object.keys(cases).map((name) => `${file} ${name}`));
    const recorded = new Set(exchanges.map(({ file, name }) => `${file} ${name}`));
    expect(named.filter((key) => !recorded.has(key))).toEqual([]);
  });

  it('are understood as the table says, all others as successes', () => {
    const wrong = exchanges.flatMap((exchange) => {
      const expected = exchange.status < 300 ? 'ok' : recordedVerdicts[exchange.file]?.[exchange.name];
      const got = short(classify(exchange));
      return got === expected ? [] : [`${exchange.file} ${exchange.name}: ${got}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it('never call a refusal a failure of health, except where a proxy or the health statement says so', () => {
    const failures = exchanges.filter((exchange) => {
      const verdict = classify(exchange);
      return verdict.verdict === 'failed' && FAILURES[verdict.reason].isHealthFailure;
    });
    const names = failures.map(({ name }) => name);
    expect(names).toEqual([
      'db_down.ping_server_status',
      'get.if_none_match',
      'proxy.503',
      'proxy.504_upstream_hangs',
      'down.proxy_502',
      'down.ping_proxy_502',
    ]);
  });
});

describe('every status from 100 to 599, without an error id', () => {
  it('is a success only as JSON below 300', () => {
    const successes = every(100, 599).filter((row) => row.short === 'ok');
    expect(successes.every((row) => row.status >= 200 && row.status < 300 && row.bodyKind === 'json')).toBe(true);
    expect(successes).toHaveLength(operations.length * 100);
  });

  it('is a misplaced MM_URL when a success is not JSON', () => {
    const rows = every(200, 299).filter((row) => row.bodyKind !== 'json');
    expect(new Set(rows.map((row) => row.short))).toEqual(new Set(['server']));
    expect(rows.every((row) => 'because' in row.verdict && row.verdict.because.includes('MM_URL'))).toBe(true);
  });

  it('names MM_URL for every redirect', () => {
    const rows = every(300, 399);
    expect(rows.every((row) => row.short === 'server' && 'because' in row.verdict && row.verdict.because.includes('MM_URL'))).toBe(true);
  });

  it('is never final for a 4xx of a request that people see, and asks for health first', () => {
    const rows = every(400, 499).filter((row) => row.operation !== 'probe' && !fixedByStatus.has(row.status) && row.status !== 404);
    expect(rows.filter((row) => row.verdict.verdict !== 'ask')).toEqual([]);
  });

  it('asks about the post for a refused edit, and about health for everything else', () => {
    const rows = every(400, 599).filter((row) => row.short === 'ask post');
    expect(rows.every((row) => row.operation === 'edit' && (row.status === 403 || row.status === 404))).toBe(true);
    expect(short(classify({ operation: 'edit', status: 403, bodyKind: 'json' }))).toBe('ask post');
  });

  it('paces on 429, shrinks on 413 and leaves the outcome open on 408, 504 and 524, whoever says it', () => {
    for (const operation of operations) {
      for (const bodyKind of bodyKinds) {
        const of = (status: number): string => short(classify({ operation, status, bodyKind }));
        expect([of(429), of(413), of(408), of(504)]).toEqual(['rate_limited', 'too_large', 'timed_out', 'timed_out']);
      }
    }
    expect(short(classify({ operation: 'edit', status: 524, bodyKind: 'html' }))).toBe('timed_out');
  });

  it('suspects the content, not the server, when Mattermost itself says 500', () => {
    for (const operation of ['create', 'edit', 'read', 'list', 'mark'] as const) {
      expect(short(classify({ operation, status: 500, bodyKind: 'json' }))).toBe('ask rejected');
    }
  });

  it('is a failure of the server for every other 5xx and for a 500 that is not JSON', () => {
    const rows = every(500, 599).filter((row) => row.status !== 504 && row.status !== 524);
    const others = rows.filter((row) => row.bodyKind !== 'json' || row.status > 501);
    expect(new Set(others.map((row) => row.short))).toEqual(new Set(['server']));
  });

  it('never believes in a healthy server unless the probe succeeds', () => {
    const rows = every(100, 599).filter(
      (row) => row.operation === 'probe' && (row.status < 200 || row.status > 299 || row.bodyKind !== 'json'),
    );
    expect(new Set(rows.map((row) => row.short))).toEqual(new Set(['server', 'timed_out', 'rate_limited', 'too_large']));
  });

  it('says gone only for a 404 in the words of Mattermost', () => {
    expect(short(classify({ operation: 'read', status: 404, errorId: 'app.post.get.app_error', bodyKind: 'json' }))).toBe('gone');
    for (const bodyKind of ['json', 'html', 'text', 'empty'] as const) {
      expect(short(classify({ operation: 'read', status: 404, bodyKind }))).not.toBe('gone');
    }
  });
});

describe('error ids of later versions', () => {
  const of = (operation: Operation, status: number, errorId: string): string =>
    short(classify({ operation, status, errorId, bodyKind: 'json' }));

  it('are understood', () => {
    expect(of('edit', 400, 'api.post.update_post.can_not_update_post_in_restricted_dm.error')).toBe('no_access');
    expect(of('create', 400, 'model.post.is_valid.message_length.app_error')).toBe('too_large');
    expect(of('create', 413, 'api.context.request_body_too_large.app_error')).toBe('too_large');
    expect(of('edit', 400, 'api.post.update_post.permissions_time_limit.app_error')).toBe('edit_expired');
  });

  it('leave the verdict to the status when a hardened server blanks them', () => {
    expect(of('create', 500, '')).toBe('ask rejected');
    expect(of('edit', 403, '')).toBe('ask post');
  });

  it('do not mistake an unknown route for a deleted post', () => {
    expect(of('read', 404, 'api.context.404.app_error')).toBe('rejected');
    expect(of('edit', 404, 'api.context.404.app_error')).toBe('rejected');
  });
});
