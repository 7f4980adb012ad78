// Names a model call that failed, without the words of its message: those may quote what was asked.

const NAME = /^[\w.-]{1,60}$/;

/** `529 overloaded_error`. A kind that is no single word is a message. */
export function nameOfFailure(status: number | undefined, kind: string | undefined): string {
  const parts = [status === undefined ? '' : String(status), kind !== undefined && NAME.test(kind) ? kind : ''];
  const named = parts.filter((part) => part !== '').join(' ');
  return named === '' ? 'the model call failed' : named;
}
