// The rows of the table of variables for what is shown beside boxes: signs of life, and boards of channels.

import { channelNames } from './name-forms.ts';
import { choice, toggle } from './plain-forms.ts';
import { optional, setting } from './setting-rows.ts';

export const beside = {
  signs: setting('SIGNS', toggle(), '1', 'a reaction on the post that asked: somebody works on it, waits, is done, or has failed'),
  board: setting(
    'BOARD',
    choice('off', 'channel'),
    'off',
    'a pinned post that lists who waits, works, is stuck or has failed: one in each of BOARD_CHANNELS',
  ),
  page: setting(
    'PAGE',
    choice('auto', 'on', 'off'),
    'auto',
    'the page of all boxes on HEALTH_PORT; auto: with HEALTH_TOKEN, or where nobody else can log in on this machine',
  ),
  pageDirect: setting('PAGE_DIRECT', toggle(), '0', 'show boxes of direct conversations on the page, too'),
  boardChannels: optional('BOARD_CHANNELS', channelNames(), 'channels with such a board'),
} as const;
