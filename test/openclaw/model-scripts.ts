// What the scripted model says: one script per cue. Pure; the words of the scenarios are all here.

/** One answer of the model: text, tool calls or both; or a refusal by HTTP status. */
export interface Step {
  text?: string;
  calls?: { tool: string; args: Record<string, unknown> }[];
  status?: number;
  /** Time between two pieces of the text. */
  pieceMs?: number;
}

export interface Moment {
  scenario: string;
  /** Answers given since the cue. */
  step: number;
  /** How often this very answer was asked for before: retries of a failed call. */
  attempt: number;
}

/** The answer at a moment; `undefined` when the script is over. */
export type Script = (moment: Moment) => Step | undefined;

const exec = (command: string) => ({ tool: 'exec', args: { command } });
const spawn = (label: string, task: string) => ({ tool: 'sessions_spawn', args: { task, label } });
const inOrder =
  (...steps: ((scenario: string) => Step)[]): Script =>
  ({ scenario, step }) =>
    steps[step]?.(scenario);

const FAILURE: Step = { status: 500, text: 'the scripted model failed for the moment' };
const REFUSAL: Step = { status: 400, text: 'the scripted model refuses this request' };

/** By the first part of the cue. */
export const scripts: Record<string, Script> = {
  // One tool that works, one that fails, one of each in pairs; slow enough for its box to be seen at work.
  tools: inOrder(
    (scenario) => ({ text: 'I look around first.', calls: [exec(`echo ${scenario} && sleep 2`)] }),
    (scenario) => ({
      calls: [exec('cat /nonexistent/file-42; exit 3'), { tool: 'write', args: { path: `${scenario}.txt`, content: 'a line\n' } }],
    }),
    (scenario) => ({
      calls: [
        { tool: 'read', args: { path: `${scenario}.txt` } },
        { tool: 'read', args: { path: 'missing.txt' } },
      ],
    }),
    () => ({ text: 'Two of five went wrong, as expected.' }),
  ),
  plain: inOrder(() => ({ text: 'There is nothing to do but to answer.' })),
  // Five tools, of which one fails.
  five: inOrder(
    (scenario) => ({ text: 'I look around first.', calls: [exec(`echo ${scenario} && sleep 2`)] }),
    (scenario) => ({ calls: [{ tool: 'write', args: { path: `${scenario}.txt`, content: 'a line\n' } }] }),
    (scenario) => ({ calls: [{ tool: 'read', args: { path: `${scenario}.txt` } }, exec('cat /nonexistent/file-42; exit 3')] }),
    () => ({ calls: [exec('sleep 1')] }),
    () => ({ text: 'One of five went wrong, as expected.' }),
  ),
  chat: inOrder(
    () => ({ calls: [exec('sleep 3')] }),
    () => ({ text: 'Here is my answer, everybody in this thread.' }),
  ),
  approve: inOrder(
    (scenario) => ({ calls: [exec(`echo ${scenario}`)] }),
    () => ({ text: 'That was allowed.' }),
  ),
  lines: inOrder(
    (scenario) => ({ calls: [exec(`echo ${scenario} &&\necho of the second line`)] }),
    () => ({ text: 'That was answered.' }),
  ),
  background: inOrder(
    (scenario) => ({ calls: [{ tool: 'exec', args: { command: `sleep 8 && echo ${scenario}`, background: true } }] }),
    () => ({ text: 'It goes on without me.' }),
  ),
  job: inOrder(
    (scenario) => ({ calls: [exec(`echo ${scenario} && sleep 2`)] }),
    () => ({ text: 'The job is done.' }),
  ),
  spawn: inOrder(
    (scenario) => ({ text: `A helper counts for ${scenario}.`, calls: [spawn('counter', `Count the files. task:child/${scenario}`)] }),
    () => ({ text: 'The helper is at work.' }),
    () => ({ text: 'The helper counted two files.' }),
  ),
  child: inOrder(
    () => ({ calls: [exec('echo counted && sleep 2')] }),
    () => ({ calls: [exec('echo not-there >&2; exit 4')] }),
    () => ({ text: 'Two files.' }),
  ),
  nest: inOrder(
    (scenario) => ({ text: `A lead works for ${scenario}.`, calls: [spawn('lead', `Lead the work. task:lead/${scenario}`)] }),
    () => ({ text: 'The lead is at work.' }),
    () => ({ text: 'The lead is done.' }),
  ),
  lead: inOrder(
    () => ({ calls: [exec('echo leading && sleep 1')] }),
    (scenario) => ({ calls: [spawn('worker', `Do the work. task:worker/${scenario}`)] }),
    () => ({ text: 'The worker is at work.' }),
    () => ({ text: 'The worker is done.' }),
  ),
  worker: inOrder(
    () => ({ calls: [exec('echo working && sleep 2')] }),
    () => ({ text: 'Worked.' }),
  ),
  // Still speaking when it is aborted.
  stream: inOrder(
    (scenario) => ({ calls: [exec(`echo ${scenario}`)] }),
    () => ({ text: `One word after the other.\n${'And on and on. '.repeat(400)}`, pieceMs: 250 }),
  ),
  // Long enough to be interrupted.
  slow: inOrder(
    (scenario) => ({ text: 'This takes a while.', calls: [exec(`sleep 7 && echo ${scenario}`)] }),
    () => ({ text: 'Slept well.' }),
  ),
  // Kept in the foreground, where OpenClaw would let it go after ten seconds.
  endless: inOrder((scenario) => ({
    text: 'This takes for ever.',
    calls: [{ tool: 'exec', args: { command: `sleep 90 && echo ${scenario}`, yieldMs: 100_000 } }],
  })),
  error: () => REFUSAL,
  // Refused for good after a tool.
  broken: inOrder(
    (scenario) => ({ text: 'One step first.', calls: [exec(`echo ${scenario}`)] }),
    () => REFUSAL,
  ),
  // Fails once, then works.
  flaky: ({ scenario, step, attempt }) => {
    if (step === 0) return attempt < 1 ? FAILURE : { calls: [exec(`echo ${scenario}`)] };
    return step === 1 ? { text: 'At the second try.' } : undefined;
  },
  // Refused at first, then answered.
  retry: ({ step, attempt }) => {
    if (step > 0) return { text: 'At last.' };
    return attempt < 1 ? { status: 503, text: 'overloaded for the moment' } : { calls: [exec('sleep 2')] };
  },
};
