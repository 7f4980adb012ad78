// Recognises slash commands that the gateway answers itself, without a model call.

/** Commands whose arguments never reach the model. */
const ANSWERED: ReadonlySet<string> = new Set(
  `acp activation agents allowlist approve bash commands compact config context debug export-session focus help id kill mcp plugins
   restart send session status steer stop subagents tasks tell tts unfocus usage whoami`.split(/\s+/),
);
/** Settings with one value. A longer text after the command is a prompt with that setting. */
const SETTINGS: ReadonlySet<string> = new Set(
  'elev elevated exec fast model models queue reason reasoning t think thinking trace v verbose voice'.split(' '),
);
/** Commands that start a session. A text after the command is its first prompt. */
const STARTERS: ReadonlySet<string> = new Set(['new', 'reset']);

/** Whether the gateway answers the whole text itself, by the commands that we know. */
export function isGatewayCommand(text: string): boolean {
  const [command = '', ...rest] = text.trim().slice(0, 200).split(/\s+/);
  const name = /^\/([a-z][a-z_-]{0,30})(?::\S*)?$/i.exec(command)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return ANSWERED.has(name) || (SETTINGS.has(name) && rest.length <= 1) || (STARTERS.has(name) && rest.length === 0);
}
