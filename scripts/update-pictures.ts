// Makes the pictures of the documents anew: plays the demo and lets a Chromium look at its page.

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SAMPLE } from '../src/stand-in/sample-seed.ts';

interface Picture {
  name: string;
  channelId: string;
  /** What the demo says when all that the picture shows is there. */
  after: readonly RegExp[];
  height: number;
}

const PICTURES: readonly Picture[] = [
  { name: 'demo', channelId: SAMPLE.publicId, after: [/#agents +\[DONE\] main/, /#agents +\[DONE\] dev/], height: 1_016 },
];
const WIDTH = 1_120;
const SETTLED_MS = 5_000; // what agents answer after the ends, and the edits that the pace holds back
const PAGE_MS = 5_000; // the stream of the page never ends

const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';

function take({ name, channelId, height }: Picture, url: string): void {
  const path = fileURLToPath(new URL(`../docs/images/${name}.png`, import.meta.url));
  const options = ['--headless', '--no-sandbox', '--hide-scrollbars', `--window-size=${WIDTH},${height}`, `--timeout=${PAGE_MS}`];
  const { status, stderr, error } = spawnSync(CHROMIUM, [...options, `--screenshot=${path}`, `${url}#${channelId}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${CHROMIUM} took no picture: ${error?.message ?? stderr}`);
  console.log(`docs/images/${name}.png`);
}

/** Plays the demo until all pictures are taken. */
const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', 'demo', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const missing = new Set(PICTURES);
let [said, left] = ['', PICTURES.length];

function look(): void {
  const url = /http:\S+\//.exec(said)?.[0];
  for (const picture of missing) {
    if (url === undefined || !picture.after.every((line) => line.test(said))) continue;
    missing.delete(picture);
    setTimeout(() => finish(picture, url), SETTLED_MS);
  }
}

function finish(picture: Picture, url: string): void {
  take(picture, url);
  left -= 1;
  if (left === 0) demo.kill('SIGINT');
}

process.once('exit', () => demo.kill('SIGKILL')); // also when no picture could be taken
demo.stdout.on('data', (data: Buffer) => {
  said += data.toString();
  look();
});
