// Defines a command of `live-status`.

/** What a command gets from outside; tests pass their own. */
export interface CliContext {
  /** The environment, with the variables of the environment file. */
  readonly env: NodeJS.ProcessEnv;
  /** The environment file that was read, if any. */
  readonly envFile?: string | undefined;
  /** Writes one line of the result to stdout. */
  readonly out: (line: string) => void;
  /** Writes one line to stderr: problems and notices. */
  readonly err: (line: string) => void;
}

/** An option of a command, as `util.parseArgs` knows it, with its line of help. */
interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** The name of the value in the help, for example `PATH`; only for `string`. */
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
  /** The arguments without dashes that may follow the name; without it none may follow. */
  readonly operands?: { readonly usage: string; readonly most: number };
  /** Resolves with the exit code. */
  readonly run: (values: OptionValues, context: CliContext, operands: readonly string[]) => Promise<number>;
}
