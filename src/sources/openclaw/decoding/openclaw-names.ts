// The names of OpenClaw's own pages, commands and gateway, as they appear among senders, channels and addresses. Pure.

const OWN_NAME =
  /^(?:(?:openclaw|clawdbot|moltbot)(?:-[a-z-]{1,30})?|web-?chat(?:-ui)?|control-ui|cli|tui|gateway(?:-client)?|node-host|heartbeat|cron(?:-event)?|exec-event|system|internal)$/i;

/** Whether it is a name of OpenClaw itself: no messenger and nobody's private conversation, although the gateway calls it direct. */
export function isOpenClawName(name: string): boolean {
  return OWN_NAME.test(name);
}
