import { describe, expect, it } from 'vitest';
import { readRecording } from '../../../src/demo/recording.ts';
import { type TimedStep, timelineOf } from '../../../src/demo/timeline.ts';
import { sampleSeed } from '../../../src/stand-in/sample-seed.ts';

const recording = readRecording(new URL('../../../src/demo/recordings/', import.meta.url));
const steps = timelineOf(recording);

function stepsOfSession(keyPart: string): TimedStep[] {
  return steps.filter(({ step }) => 'session' in step && step.session.key.includes(keyPart));
}

function names(some: readonly TimedStep[]): string[] {
  return some.map(({ step }) => step.kind);
}

describe('the recording of the demo', () => {
  it('shows all that it promises: several agents, nested sub-agents, a failing command, retries, a compaction, more calls than lines', () => {
    const text = JSON.stringify(recording.sessions);
    expect(new Set(recording.sessions.map(({ agentId }) => agentId)).size).toBeGreaterThan(3);
    const parents = new Map(recording.sessions.map(({ key, row }) => [key, row.spawnedBy]));
    expect([...parents.values()].some((key) => key !== undefined && parents.get(key) !== undefined)).toBe(true);
    expect(text).toContain('"exitCode":1');
    expect(text).toContain('"type":"compaction"');
    const counts = (pattern: RegExp) => recording.sessions.map(({ lines }) => JSON.stringify(lines).match(pattern)?.length ?? 0);
    expect(Math.max(...counts(/"stopReason":"error"/g))).toBe(4);
    expect(Math.max(...counts(/"type":"toolCall"/g))).toBeGreaterThan(15);
  });

  it('shows Claude Code and Codex at work: a person who is waited for, a sub-agent, a failing command of each', () => {
    const of = (agent: string) => JSON.stringify(recording.changes.filter(({ file }) => file.startsWith(agent)));
    for (const sign of ['"status":"waiting"', '/subagents/agent-', 'Exit code 1']) expect(of('.claude/')).toContain(sign);
    expect(of('.codex/')).toContain('"exit_code":3');
  });

  it('speaks only of channels and people that the chat of the demo has', () => {
    const { channels, users } = sampleSeed();
    const known = [...channels, ...users].map(({ id }) => id);
    const named = recording.sessions.flatMap(({ key }) => /:(?:channel|direct):([a-z0-9]+)/.exec(key)?.[1] ?? []);
    expect(named).toHaveLength(5);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('takes as long as a person can watch: 20 to 40 seconds', () => {
    const lastAtMs = steps.at(-1)?.atMs ?? 0;
    expect(lastAtMs).toBeGreaterThan(20_000);
    expect(lastAtMs).toBeLessThan(40_000);
  });
});

describe('the timeline', () => {
  it('is in the order of time and contains every line once', () => {
    const times = steps.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const written = steps.flatMap(({ step }) => (step.kind === 'lines' ? step.lines : []));
    const recorded = recording.sessions.flatMap(({ lines }) => lines);
    expect(written).toHaveLength(recorded.length);
    expect(new Set(written)).toEqual(new Set(recorded));
  });

  it('creates a transcript only when its first assistant message is complete, in one burst, with the lock held since the question', () => {
    const [locked, burst, next] = stepsOfSession('agent:dev:');
    expect(locked).toMatchObject({ atMs: 1_300, step: { kind: 'run_started' } });
    expect(burst?.atMs).toBe(4_000);
    const roles = burst?.step.kind === 'lines' ? burst.step.lines.map(({ entry }) => entry.message?.role ?? entry.type) : [];
    expect(roles).toEqual(['session', 'model_change', 'thinking_level_change', 'user', 'assistant']);
    expect(next?.step).toMatchObject({ kind: 'lines', lines: [{ entry: { message: { role: 'toolResult' } } }] });
  });

  it('takes the lock again for every run of a session, and lets the gateway post only what a root session says at its end', () => {
    const thread = stepsOfSession(':thread:');
    expect(names(thread).filter((name) => name === 'run_started')).toHaveLength(2);
    const answers = thread.flatMap(({ step }) => (step.kind === 'run_ended' ? [step.answer] : []));
    expect(answers).toEqual([expect.stringContaining('On it.'), expect.stringContaining('The draft is in')]);
    const ofSubAgents = stepsOfSession(':subagent:').flatMap(({ step }) => (step.kind === 'run_ended' ? [step.answer] : []));
    expect(ofSubAgents).toEqual([undefined, undefined, undefined]);
    const ofFailed = stepsOfSession('agent:ops:').at(-1);
    expect(ofFailed?.step).toMatchObject({ kind: 'run_ended', answer: undefined });
  });
});
