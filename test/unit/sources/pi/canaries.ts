// The lines of a session of pi with a canary in each place where somebody wrote something.

const at = (): string => new Date().toISOString();
const message = (id: string, body: Record<string, unknown>) => ({ type: 'message', id, parentId: null, timestamp: at(), message: body });
const call = (id: string, name: string, args: Record<string, unknown>) => ({ type: 'toolCall', id, name, arguments: args });

/** Each is named after the switch of a route that shows it, and after its place. */
export function piCanaries(): string[] {
  return [
    { type: 'session', version: 3, id: 's1', timestamp: at(), cwd: '/home/dev/shop' },
    message('m0', { role: 'system', content: 'CANARY-never-system' }),
    message('m1', { role: 'user', content: [{ type: 'text', text: 'CANARY-prompt-pi' }] }),
    message('m2', {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'CANARY-never-thought' },
        { type: 'text', text: 'CANARY-text-pi' },
        call('c1', 'bash', { command: 'CANARY-command-pi' }),
        call('c2', 'write', { path: '/home/dev/CANARY-outside/secret-plans.md', content: 'CANARY-never-content' }),
      ],
      stopReason: 'toolUse',
    }),
    message('m3', {
      role: 'toolResult',
      toolCallId: 'c1',
      toolName: 'bash',
      content: [{ type: 'text', text: 'CANARY-never-output\n\nCommand exited with code 3' }],
      isError: true,
    }),
    message('m4', { role: 'assistant', content: [], stopReason: 'error', errorMessage: 'CANARY-text-error-pi' }),
    { ...message('m5', {}), type: 'canary_kind' },
  ].map((line) => JSON.stringify(line));
}
