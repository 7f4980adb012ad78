import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { FAMILIES } from '../../src/health/metric-families.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { hasPromtool, promtool } from '../support/promtool.ts';
import { until } from '../support/until.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => rig.close());

const WORD = 'quagga';

/** The metrics once every line is there. */
async function expectMetrics({ healthUrl, output }: Watcher, lines: readonly RegExp[]): Promise<string> {
  let text = '';
  await until(
    'the metrics say it',
    async () => {
      text = await (await fetch(new URL('/metrics', healthUrl))).text();
      return lines.every((line) => line.test(text));
    },
    { detail: () => `${lines.filter((line) => !line.test(text)).join('\n')}\n${output}\n${text}` },
  );
  return text;
}

describe('GET /metrics of a running watcher', () => {
  it('tells of a turn what it is, cost and sent, and not a word of it', async () => {
    const watcher = await (await rig.watcher()).ready();
    const url = new URL('/metrics', watcher.healthUrl);
    const metrics = async (): Promise<string> => (await fetch(url)).text();
    const sessionId = randomUUID();
    const key = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
    rig.writer.session(key, { sessionId });
    rig.writer.user(sessionId, `please ${WORD}`);
    rig.writer.assistant(sessionId, `I ${WORD}`, [{ id: `${WORD}1`, name: 'exec', arguments: { command: `make ${WORD}` } }]);
    const told = async (line: RegExp) => {
      let text = '';
      await until(`the metrics say ${line}`, async () => line.test((text = await metrics())), { detail: () => text });
    };
    await told(/^live_status_boxes\{source="transcripts",state="active"\} 1$/m);
    await told(/^live_status_push_results_total\{result="ok",reason=""\} [1-9]/m);
    await told(/^live_status_pushes_total\{need="create",reason="opened"\} 1$/m);
    rig.writer.result(sessionId, `${WORD}1`, 0);
    rig.writer.assistant(sessionId, `done ${WORD}`);
    await told(/^live_status_boxes\{source="transcripts",state="done"\} 1$/m);
    await told(/^live_status_tokens_total\{agent="main",kind="input"\} 1800$/m);
    const text = await metrics();
    expect(text).toMatch(/^live_status_cost_usd_total\{agent="main"\} 0\.02$/m);
    expect(text).toMatch(/^live_status_source\{source="transcripts",state="readable"\} 1$/m);
    expect(text).toMatch(/^live_status_token\{state="accepted"\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]\d{7,}$/m);
    if (hasPromtool) expect(promtool(['check', 'metrics'], text)).toBe('');
    for (const secret of [WORD, sessionId, key, SAMPLE.publicId, SAMPLE.botToken]) expect(text).not.toContain(secret);
  });

  it('tells what could not be decoded or is of a kind that nobody knows, and not its words', async () => {
    const watcher = await (await rig.watcher({ STATE_DIR: `${rig.folder}/third`, PID_FILE: `${rig.folder}/third.pid` })).ready();
    const sessionId = randomUUID();
    rig.writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}:thread:t`, { sessionId });
    rig.writer.user(sessionId, 'go on');
    rig.writer.raw(sessionId, `{"type": ${WORD}\n`);
    rig.writer.raw(sessionId, `${JSON.stringify({ type: WORD, timestamp: new Date().toISOString() })}\n`);
    const text = await expectMetrics(watcher, [
      /^live_status_decode_failures_total\{source="transcripts",problem="invalid-json"\} [1-9]/m,
      /^live_status_unknown_kinds_total\{source="transcripts"\} [1-9]/m,
    ]);
    expect(text).not.toContain(WORD);
  });

  it('tells why pushes fail, that the breaker is open and for how long a change waits, until Mattermost is back', async () => {
    const other = await createRig();
    onTestFinished(() => other.close());
    const watcher = await (await other.watcher({ CIRCUIT_BREAKER_COOLDOWN_S: '2' })).ready();
    const sessionId = randomUUID();
    other.writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId });
    other.standIn.faults.add({ times: Infinity, fault: { kind: 'status', status: 502, html: true } });
    other.writer.user(sessionId, 'go on');
    other.writer.assistant(sessionId, 'done');
    await expectMetrics(watcher, [
      /^live_status_push_results_total\{result="failed",reason="[a-z_]+"\} [1-9]/m,
      /^live_status_breaker\{state="(?:open|half_open)"\} 1$/m,
      /^live_status_mattermost\{state="failing"\} 1$/m,
      /^live_status_oldest_unsent_change_age_seconds (?!0$)/m,
      /^live_status_oldest_unsent_end_age_seconds (?!0$)/m,
      /^live_status_boxes_unsent 1$/m,
    ]);
    other.standIn.faults.clear();
    await expectMetrics(watcher, [
      /^live_status_breaker\{state="closed"\} 1$/m,
      /^live_status_oldest_unsent_change_age_seconds 0$/m,
      /^live_status_oldest_unsent_end_age_seconds 0$/m,
      /^live_status_boxes_unsent 0$/m,
    ]);
  });

  it('has every metric under its name, with nothing of it taken for a secret', async () => {
    const watcher = await (await rig.watcher({ STATE_DIR: `${rig.folder}/other`, PID_FILE: `${rig.folder}/other.pid` })).ready();
    const text = await (await fetch(new URL('/metrics', watcher.healthUrl))).text();
    const always = FAMILIES.filter(({ type, labels }) => type === 'gauge' && labels.length === 0);
    expect(always.filter(({ name, help }) => !text.includes(`# HELP ${name} ${help}\n`)).map(({ name }) => name)).toEqual([]);
    expect(text).not.toContain('redacted');
  });
});
