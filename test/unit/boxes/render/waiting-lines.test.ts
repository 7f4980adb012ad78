// The box of a turn that waits for a person: everything that the person needs in order to answer.

import { describe, expect, it } from 'vitest';
import { encodeAttachment } from '../../../../src/boxes/render/encode-attachment.ts';
import type { Waiting } from '../../../../src/core/session.ts';
import { createRedactor } from '../../../../src/text/redact.ts';
import { harmsOf } from './judges/harms.ts';
import { ACTIVE, drawTree, OPTIONS, START, treeOf } from './trees.ts';

const HOUR_MS = 3_600_000;
const WAIT: Waiting = {
  waitId: 'w',
  on: 'approval',
  text: 'rm -rf build',
  since: START,
  until: START + HOUR_MS / 2,
  who: "those whom allowFrom of OpenClaw's Mattermost plugin names",
  copy: ['@openclaw /approve 49b6f438 allow-once', '@openclaw /approve 49b6f438 deny'],
  link: 'https://ui.example/approve/49b6f438-0051',
};

const cardOf = (waiting: Partial<Waiting>, options: Partial<typeof OPTIONS> = {}, afterMs = 38_000) =>
  drawTree(treeOf({ turn: { waiting: [{ ...WAIT, ...waiting }] }, afterMs }), () => ACTIVE, { ...OPTIONS, ...options });

describe('the box of a turn that waits', () => {
  it('says what for, since and until when, who may answer, what to copy and where to go', () => {
    expect(cardOf({}).lines).toEqual([
      '◆ waiting for approval since 22:13, until 22:43 UTC: `rm -rf build`',
      "◆ who may answer: those whom allowFrom of OpenClaw's Mattermost plugin names",
      '◆ copy: `@openclaw /approve 49b6f438 allow-once`',
      '◆ copy: `@openclaw /approve 49b6f438 deny`',
      '◆ open: `https://ui.example/approve/49b6f438-0051`',
    ]);
  });

  it('pings nobody and links nowhere, in no version', () => {
    const card = cardOf({});
    for (const line of [...card.lines, ...(card.first?.lines ?? [])]) expect(harmsOf(line)).toEqual([]);
  });

  it('counts by the clock of its readers, with the day where that is another one', () => {
    const [line = ''] = cardOf({ text: '' }, { timeZone: 'Europe/Berlin' }).lines;
    expect(line).toMatch(/^◆ waiting for approval since 23:13, until 23:43 \S+$/);
    expect(cardOf({ until: START + 30 * HOUR_MS }, {}, 20 * HOUR_MS).lines[0]).toContain('since 14 Nov, 22:13, until 04:13 UTC');
  });

  it('shows a long command whole, in a block of its lines', () => {
    const command = [
      "cat > run.sh <<'EOF'",
      ...Array.from({ length: 30 }, (_, index) => `  step ${index} --with words`),
      'EOF',
      'sh run.sh',
    ];
    expect(cardOf({ text: command.join('\n') }).lines[0]).toBe(
      `◆ waiting for approval since 22:13, until 22:43 UTC:\n\`\`\`\n${command.join('\n')}\n\`\`\``,
    );
  });

  it('cuts what no post can hold at the end of a line, and says how much is missing', () => {
    const [line = ''] = cardOf({ text: 'echo forty characters of a line of this\n'.repeat(200).trim() }).lines;
    expect(line.split('\n').slice(-3)).toEqual(['echo forty characters of a line of this', '… 125 more lines', '```']);
    const [one = ''] = cardOf({ text: `echo ${'x'.repeat(5_000)}` }).lines;
    expect(one.split('\n').slice(-2)).toEqual(['… 2005 more characters', '```']);
  });

  it('keeps the whole command where an old server takes little, and drops older lines for it', () => {
    const command = 'echo forty characters of a line of this\n'.repeat(70).trim();
    const lines = Array.from({ length: 100 }, (_, index) => ({
      kind: 'text' as const,
      id: `t${index}`,
      text: 'a word and another '.repeat(8),
    }));
    const card = drawTree(treeOf({ turn: { lines, waiting: [{ ...WAIT, text: command }] } }), () => ACTIVE, { ...OPTIONS, maxLines: 200 });
    expect(JSON.stringify(encodeAttachment(card, {}, { maxPropsChars: 7_500 }).props)).toContain(JSON.stringify(command).slice(1, -1));
  });

  it('shows no secret of the command, the line to copy, the link or who may answer', () => {
    const redact = createRedactor(['hunter2-hunter2']);
    const secret = 'hunter2-hunter2';
    const card = cardOf(
      { text: `login ${secret}\nnow`, copy: [`@bot ${secret}`], link: `https://x.example/${secret}`, who: secret },
      { redact },
    );
    expect(card.lines.join('\n')).not.toContain(secret);
  });

  it('shows no link to anything but the web', () => {
    for (const link of ['javascript:alert(1)', 'file:///etc/passwd', '//x.example'])
      expect(cardOf({ link }).lines.join()).not.toContain('open:');
  });
});
