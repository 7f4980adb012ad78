// Events of the gateway without news for a status box.

export const SILENT_EVENTS: ReadonlySet<string> = new Set(
  `presence tick health heartbeat update.available update.run.changed config.changed skills.changed plugins.changed
   progressCard.changed session.approval session.observer session.typing session.sharing session.sharing.evidence session.suggestion question.requested question.resolved
   chat.metadata.changed models.snapshot mentions.changed task.suggestion gateway.suspension node.presence node.hostStats
   device.pair.changed device.pair.requested device.pair.resolved controlUi.sessionPullRequests.changed plugins.controlUi.changed
   users.prefs.changed voicewake.changed voicewake.routing.changed talk.mode`.split(/\s+/),
);
