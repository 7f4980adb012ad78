import { setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync, existsSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileKindOf, sessionIdOf } from '../../../../../src/sources/openclaw/transcripts/file-name.ts';
import { recordedFolder, type Version } from './recorded-index.ts';
import { ephemeral, Life, type Recorded, recordedOperations } from './recorded-operations.ts';

/** Repeats recorded file operations on a real directory, in their order and as fast as `stepMs` allows. */
export class Replay {
  readonly folder: string;
  readonly version: Version;
  readonly #livesByName = new Map<string, Life>();
  readonly #store: string;
  #ephemeralLines = 0;
  /** What became of every transcript that was replayed. */
  readonly lives: Life[] = [];
  rewrites = 0;
  truncations = 0;

  constructor(version: Version, folder: string) {
    this.version = version;
    this.folder = folder;
    // Every session is named from the start, as it was while recording.
    const names = readdirSync(recordedFolder(version)).filter((name) => name.includes('.jsonl'));
    const ids = new Set(names.map((name) => sessionIdOf(name.replace(/\.jsonl.*$/, '.jsonl'))));
    this.#store = JSON.stringify(Object.fromEntries([...ids].map((sessionId) => [`agent:main:${sessionId}`, { sessionId, updatedAt: 1 }])));
  }

  async run(stepMs: number): Promise<void> {
    const operations = recordedOperations(this.version);
    const fleeting = this.version === '2026.2.26' ? ephemeral(operations) : new Set<number>();
    for (const [number, operation] of operations.entries()) {
      await this.#repeat(operation, operations[number + 1], fleeting.has(number));
      await sleep(stepMs);
    }
  }

  async #repeat(operation: Recorded, next: Recorded | undefined, isFleeting: boolean): Promise<void> {
    const { event, name, size } = operation;
    const path = join(this.folder, name);
    const kind = fileKindOf(name).kind;
    if (event === 'DELETE') rmSync(path, { force: true });
    else if (kind === 'index') this.#writeStore(path);
    else if (kind === 'lock') writeFileSync(path, '{"pid":9458}');
    else if (event === 'MOVED_FROM') this.#archive(path, next);
    else if (kind === 'transcript' && size !== undefined) await this.#write(path, operation, size, isFleeting);
  }

  #writeStore(path: string): void {
    writeFileSync(`${path}.tmp`, this.#store);
    renameSync(`${path}.tmp`, path);
  }

  #archive(path: string, next: Recorded | undefined): void {
    if (!existsSync(path) || next === undefined) return;
    const archive = join(this.folder, next.name);
    renameSync(path, archive);
    const life = this.#livesByName.get(path);
    if (life !== undefined) life.path = archive;
    this.#livesByName.delete(path);
  }

  async #write(path: string, { name, event }: Recorded, size: number, isFleeting: boolean): Promise<void> {
    const life = this.#lifeOf(path, name);
    const before = life.content;
    const content = this.#contentAt(life, size, event, isFleeting);
    life.record(size, content);
    if (content.startsWith(before) && content.length > before.length) appendFileSync(path, content.slice(before.length), 'latin1');
    else if (this.version === '2026.7.35') await this.#rewrite(path, content);
    else if (content.length < before.length) this.#truncate(path, content);
    else if (!existsSync(path)) writeFileSync(path, content, 'latin1');
  }

  #contentAt(life: Life, size: number, event: Recorded['event'], isFleeting: boolean): string {
    if (isFleeting) return life.content + this.#heartbeatLine();
    const content = life.at(size);
    const previous = this.lives.findLast((other) => other !== life && nameOf(other.fixture) === nameOf(life.fixture));
    const isKeptTail = event === 'CREATE' && previous !== undefined && size > life.full.length + 100;
    return isKeptTail ? previous.tail(size) : content;
  }

  async #rewrite(path: string, content: string): Promise<void> {
    this.rewrites += 1;
    writeFileSync(path, '');
    await sleep(1);
    writeFileSync(path, content, 'latin1');
  }

  #truncate(path: string, content: string): void {
    this.truncations += 1;
    truncateSync(path, content.length);
  }

  #lifeOf(path: string, name: string): Life {
    const known = this.#livesByName.get(path);
    if (known !== undefined) return known;
    const past = this.lives.filter((life) => nameOf(life.fixture) === name).length;
    const life = new Life(this.version, namesOf(this.version, name)[past] ?? name);
    life.path = path;
    this.#livesByName.set(path, life);
    this.lives.push(life);
    return life;
  }

  #heartbeatLine(): string {
    this.#ephemeralLines += 1;
    const isAsked = this.#ephemeralLines % 2 === 1;
    const text = isAsked ? 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.' : 'HEARTBEAT_OK';
    const message = { role: isAsked ? 'user' : 'assistant', content: [{ type: 'text', text }], ...(isAsked ? {} : { stopReason: 'stop' }) };
    return `${JSON.stringify({ type: 'message', id: `beat${this.#ephemeralLines}`, timestamp: '2026-11-21T02:13:19.100Z', message })}\n`;
  }
}

/** The recorded files of one transcript, in the order they came to be: backups, resets, and what is still under its name. */
function namesOf(version: Version, name: string): string[] {
  const own = readdirSync(recordedFolder(version)).filter((other) => nameOf(other) === name);
  return own.toSorted((left, right) => stampOf(left).localeCompare(stampOf(right)));
}

function nameOf(fixture: string): string {
  return fixture.replace(/(\.jsonl).*$/, '$1');
}

function stampOf(name: string): string {
  return /\.jsonl\.[a-z]+\.(.+)$/.exec(name)?.[1] ?? '9';
}
