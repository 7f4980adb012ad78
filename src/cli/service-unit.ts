// Turns a unit file of `deploy/` into one for this machine. Pure.

/** What the unit of this machine contains. Paths are absolute. */
export interface UnitPlace {
  /** The Node that runs the program, and the program. */
  readonly node: string;
  readonly program: string;
  /** The user and group that own what is read; undefined if only a gateway is watched. */
  readonly owner?: { readonly user: string; readonly group: string };
  /** Files that the service reads but its sandbox would hide, such as transcripts in a home. */
  readonly readOnlyPaths: readonly string[];
  /** Whether it sees `/proc/locks`, which tells whether a thread of Codex still lives. */
  readonly seesLocks?: boolean;
  /** The file with the token, if the service gets it as a credential. */
  readonly tokenFile?: string;
}

/** The text of the unit, with the program, the user and the readable files filled in. */
export function fillUnit(template: string, place: UnitPlace): string {
  return template
    .split('\n')
    .flatMap((line) => lineFor(line, place))
    .join('\n');
}

function lineFor(line: string, { node, program, owner, readOnlyPaths, seesLocks, tokenFile }: UnitPlace): string[] {
  const name = /^#?([A-Za-z]+)=/.exec(line)?.[1];
  switch (name) {
    case 'ExecStart':
      return [`ExecStart=${quote(node)} --disable-warning=ExperimentalWarning ${quote(program)} run`];
    case 'User':
      return [owner === undefined ? 'DynamicUser=yes' : `User=${owner.user}`];
    case 'Group':
      return owner === undefined ? [] : [`Group=${owner.group}`];
    case 'ProtectHome':
      return [line, ...readOnlyPaths.map((path) => `BindReadOnlyPaths=${quote(path)}`)];
    case 'ProcSubset':
      return [seesLocks === true ? 'ProcSubset=all' : line];
    case 'LoadCredential':
      return [tokenFile === undefined ? line : `LoadCredential=mm-token:${escape(tokenFile)}`];
    case undefined:
    default:
      return [line.startsWith('#Environment=MM_TOKEN_FILE') && tokenFile !== undefined ? line.slice(1) : line];
  }
}

// systemd.service(5): blanks separate, quotes group, and a percent sign begins a specifier.
function quote(path: string): string {
  const escaped = escape(path);
  return /[\s"'\\;]/.test(path) ? `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"` : escaped;
}

function escape(path: string): string {
  return path.replaceAll('%', '%%').replaceAll('$', '$$$$');
}
