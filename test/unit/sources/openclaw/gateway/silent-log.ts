import type { Logger } from '../../../../../src/core/log.ts';

const nothing = (): void => {};

export const silentLog: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
