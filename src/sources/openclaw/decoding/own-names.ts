// Pure: what the operator's own pages and commands, and the gateway itself, are called where senders, channels and addresses are named.

const OWN_NAME =
  /^(?:(?:openclaw|clawdbot|moltbot)(?:-[a-z-]{1,30})?|web-?chat(?:-ui)?|control-ui|cli|tui|gateway(?:-client)?|node-host|heartbeat|cron(?:-event)?|exec-event|system|internal)$/i;

/** None of a messenger, and nobody's private conversation, although the gateway calls them direct. */
export function isOwnName(name: string): boolean {
  return OWN_NAME.test(name);
}
