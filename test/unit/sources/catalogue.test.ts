import { describe, expect, it } from 'vitest';
import { SOURCES } from '../../../src/sources/catalogue.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const folder = tempFolder('catalogue');
type FolderSetting = Extract<(typeof SOURCES)[number], { reads: unknown }>['reads']['setting'];

/** The folders of all sources of files. */
function folders<T>(value: T): Record<FolderSetting, T> {
  return Object.fromEntries(SOURCES.flatMap((entry) => ('reads' in entry ? [[entry.reads.setting, value]] : []))) as Record<
    FolderSetting,
    T
  >;
}

const nothing = {
  ...folders(undefined),
  sessionsJson: undefined,
  watchPolling: true,
  gateway: undefined,
  mesh: undefined,
  homes: {},
  stateDir: folder,
  version: '0.0.0',
  emitsQuestions: false,
  isOnlySource: false,
};
const everything = {
  ...nothing,
  ...folders(folder),
  homes: { codex: [folder], 'claude-code': [folder], pi: [folder] },
  gateway: { url: 'ws://127.0.0.1:9', token: () => 'fake-token' },
  mesh: { nats: { prefix: 'MESH_NATS', url: 'nats://127.0.0.1:9', read: () => ({ text: '' }) } },
};

describe.each(SOURCES.map((entry) => [entry.id, entry] as const))('the source %s', (_id, entry) => {
  it('is made with the name and the capabilities that the catalogue says, and tells how it is from the first moment to the last', async () => {
    const source = await entry.create(everything, SILENT_PORTS);
    if (source === undefined) throw new Error('it was chosen');
    expect(source).toMatchObject({ id: entry.id, capabilities: entry.capabilities });
    expect(source.health().wasRead).toBe(false);
    await source.start();
    expect(source.health()).toMatchObject({ condition: { state: expect.any(String) }, unknownKinds: {} });
    await source.stop();
    expect(source.health().condition).toBeDefined();
  });

  it('is not made when nothing chooses it', async () => {
    expect(await entry.create(nothing, SILENT_PORTS)).toBeUndefined();
  });
});

it('no two sources have one name, and a name can stand in a list and in front of a path', () => {
  const ids = SOURCES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
});
