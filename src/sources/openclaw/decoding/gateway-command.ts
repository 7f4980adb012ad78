// Slash commands that the gateway answers by itself, without a model call.

/** Nothing that follows them reaches the model. */
const ANSWERED: ReadonlySet<string> = new Set(
  `acp activation agents allowlist approve bash commands compact config context debug export-session focus help id kill mcp plugins
   restart send session status steer stop subagents tasks tell tts unfocus usage whoami`.split(/\s+/),
);
/** A setting with one value; more words behind it are a prompt with that setting. */
const SETTINGS: ReadonlySet<string> = new Set(
  'elev elevated exec fast model models queue reason reasoning t think thinking trace v verbose voice'.split(' '),
);
/** They start a session; words behind them are its first prompt. */
const STARTERS: ReadonlySet<string> = new Set(['new', 'reset']);

/** Whether the whole text was handled by the gateway, as far as the names of its commands are known. */
export function isGatewayCommand(text: string): boolean {
  const [command = '', ...words] = text.trim().slice(0, 200).split(/\s+/);
  const name = /^\/([a-z][a-z_-]{0,30})(?::\S*)?$/i.exec(command)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return ANSWERED.has(name) || (SETTINGS.has(name) && words.length <= 1) || (STARTERS.has(name) && words.length === 0);
}
