// Run with few file handles: uses all of them up while an old transcript is known, and has it go on. Then gives them back. Prints what was
// said meanwhile.

import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { createTranscriptSource } from '../../../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { GatewayWriter, header, line } from './gateway-writer.ts';

const [dir = ''] = process.argv.slice(2);
const gateway = new GatewayWriter(dir);
gateway.index('agent:main:main', { sessionId: 's1' });
gateway.append('s1', header('s1'));
utimesSync(gateway.path('s1'), 1, 1);
const transcript = openSync(gateway.path('s1'), 'a');

const said: string[] = [];
const keepMessage = (_fields: object, message: string) => void said.push(message);
const source = createTranscriptSource({
  dir,
  polling: false,
  clock: systemClock,
  redact: (text) => text,
  emit: (event) => said.push(event.type),
  log: { debug: keepMessage, info: keepMessage, warn: keepMessage, error: keepMessage },
});
await source.start();

const handles: number[] = [];
try {
  for (;;) handles.push(openSync('/dev/null', 'r'));
} catch {
  writeSync(transcript, line('user', 'ask') + line('assistant', 'answer'));
}
const has = (what: string) =>
  new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!said.some((entry) => entry.includes(what))) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
await has('No file handles are left');
for (const handle of handles) closeSync(handle);
await has('message');
await source.stop();
process.stdout.write(JSON.stringify(said));
