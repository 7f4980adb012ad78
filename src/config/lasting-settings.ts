// The rows of the table of variables for what outlives a run: where it is kept, and the name of the gateway.

import { defaultStateDir } from '../process/state-dir.ts';
import { gatewayIdForm } from './gateway-id-form.ts';
import { path } from './plain-forms.ts';
import { optional, setting } from './setting-rows.ts';

export const lasting = {
  gatewayId: optional(
    'GATEWAY_ID',
    gatewayIdForm(),
    'name of these agents among all whose boxes the account writes (default: made once, kept in STATE_DIR)',
  ),
  stateDir: setting(
    'STATE_DIR',
    path('a private directory'),
    defaultStateDir,
    'folder of the checkpoint and of the log of live-status start',
  ),
} as const;
