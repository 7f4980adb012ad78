// What a command of `live-status` is.

/** What a command may use of the outside; tests give their own. */
export interface CliContext {
  /** With what the environment file adds. */
  readonly env: NodeJS.ProcessEnv;
  /** The environment file that was read, if any. */
  readonly envFile?: string | undefined;
  /** Writes one line to stdout: what was asked for. */
  readonly out: (line: string) => void;
  /** Writes one line to stderr: problems and notices. */
  readonly err: (line: string) => void;
}

/** An option of a command, as `util.parseArgs` knows it, with its line of help. */
interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** What the value is, for example `PATH`; only for `string`. */
  readonly value?: string;
  readonly help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for `live-status <name> --help`; called only then. */
  readonly details: () => string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What may stand behind the name without dashes; without it nothing may. */
  readonly operands?: { readonly usage: string; readonly most: number };
  /** Resolves with the exit code. */
  readonly run: (values: OptionValues, context: CliContext, operands: readonly string[]) => Promise<number>;
}
