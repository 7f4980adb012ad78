import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import { SHAPE_ROWS } from '../../../src/text/redact-shape-table.ts';
import { parseTemplate } from '../../../src/text/redact-template.ts';
import { commandSamples } from './commands.ts';
import { CONTEXTS } from './contexts.ts';
import { createDice, type Dice, longestLeak } from './corpus.ts';
import { type Sample, samplesOf, type Score, score, secretOf } from './generator.ts';
import { GITHUB_LEFT_OUT, GITHUB_PLACES, GITHUB_SHAPES, GITHUB_TYPES } from './github-names.ts';
import { KINDS } from './kinds.ts';
import { NAMED_KINDS } from './named-kinds.ts';
import { GITLEAKS_RULES, LEFT_OUT, SECRETLINT_RULES } from './public-names.ts';
import { TRUFFLEHOG_DETECTORS } from './trufflehog-names.ts';

/** The least share of samples that must be masked. */
const LEAST: Readonly<Record<Sample['group'], number>> = { named: 0.995, prose: 0.98, alone: 0.95, command: 0.95 };
const LOG_LINE_CHARS = 160;
const ROUNDS = 2; // secrets of every kind in every context

const redact = createRedactor([]);
const kindsByName = new Map(KINDS.map((kind) => [kind.name, kind]));

describe.each([1, 20_261_127])('with the seed %i', (seed) => {
  const dice = createDice(seed);
  const samples = Array.from({ length: ROUNDS }, () => KINDS.flatMap((kind) => samplesOf(kind, dice))).flat();
  const all = [...samples, ...commandSamples(dice)];
  const scores = score(all, kindsByName, redact);
  process.stdout.write(`${report(scores, seed)}\n${kindLines(all, scores).join('\n')}\n`);

  it('reports every kind', () => {
    const lines = kindLines(all, scores).join('\n');
    for (const { name } of KINDS) expect(lines).toContain(`${name} `);
  });

  it.each(Object.entries(LEAST))('masks enough of the secrets of the group %s', (group, least) => {
    const { samples: count, missed } = scores[group] ?? { samples: 0, missed: [] };
    expect(count).toBeGreaterThan(1_000);
    expect(1 - missed.length / count, missed.map(({ kind, text }) => `${kind}: ${text}`).join('\n')).toBeGreaterThanOrEqual(least);
  });

  it('masks at least half of every kind', () => {
    const missed = Object.values(scores).flatMap((entry) => entry.missed);
    const hardlyMasked = KINDS.filter(({ name }) => {
      const count = samples.filter(({ kind }) => kind === name).length;
      return missed.filter(({ kind }) => kind === name).length > count / 2;
    });
    expect(hardlyMasked).toEqual([]);
  });
});

describe('the tables', () => {
  it('name 31 contexts, each once', () => {
    expect(new Set(CONTEXTS.map(({ name }) => name)).size).toBe(31);
  });

  it('hold only templates that can be read, and names that occur once', () => {
    const names = [...SHAPE_ROWS.map(([name]) => name), ...NAMED_KINDS.map(([name]) => name)];
    expect(new Set(names).size).toBe(names.length);
    for (const [name, template] of [...SHAPE_ROWS, ...NAMED_KINDS]) expect(parseTemplate(template).length, name).toBeGreaterThan(0);
  });

  it('mention every rule of gitleaks, or say why not', () => {
    const mentioned = new Set(
      [...SHAPE_ROWS, ...NAMED_KINDS].flatMap(([, , source]) => source.split(' ')).map((name) => name.replace('gl:', '')),
    );
    expect(GITLEAKS_RULES.filter((rule) => !mentioned.has(rule) && LEFT_OUT[rule] === undefined)).toEqual([]);
  });

  it('have the shape that covers each rule of secretlint, or the list says why not', () => {
    const shapes = SHAPE_ROWS.map(([name]) => name);
    for (const [rule, entry] of Object.entries(SECRETLINT_RULES)) {
      if ('shape' in entry) expect(shapes, rule).toContain(entry.shape);
      else expect(entry.reason, rule).not.toBe('');
    }
  });

  it('let no key of a detector of TruffleHog stand beside its name, with a shape of its own or without', () => {
    const dice = createDice(3);
    expect(new Set(TRUFFLEHOG_DETECTORS).size).toBe(TRUFFLEHOG_DETECTORS.length);
    const readable = TRUFFLEHOG_DETECTORS.flatMap((name) => {
      const secret = dice.pick('0123456789abcdef', 32);
      const texts = [`${name.toUpperCase()}_API_KEY=${secret}`, `"${name}ApiKey": "${secret}"`, `the API key of ${name} is ${secret}`];
      return texts.filter((text) => redact(text).includes(secret.slice(8)));
    });
    expect(readable).toEqual([]);
  });

  it('let no secret of a type of GitHub stand alone, beside its name or in its place, or say why not', () => {
    const readable = GITHUB_TYPES.filter((type) => GITHUB_LEFT_OUT[type] === undefined).flatMap((type) => {
      const { secret, texts } = textsOfType(type, createDice(4));
      return texts.filter((text) => longestLeak(secret, redact(text)) > 8);
    });
    expect(readable).toEqual([]);
  });

  it('know every type of GitHub that they mention, and have the shapes that are named for them', () => {
    const shapes = SHAPE_ROWS.map(([name]) => name);
    for (const [type, shape] of GITHUB_SHAPES) {
      expect(GITHUB_TYPES).toContain(type);
      expect(shapes, type).toContain(shape);
    }
    for (const [type, reason] of Object.entries(GITHUB_LEFT_OUT)) {
      expect(GITHUB_TYPES).toContain(type);
      expect(GITHUB_SHAPES.has(type) || type in GITHUB_PLACES || reason === '', type).toBe(false);
    }
    for (const type of Object.keys(GITHUB_PLACES)) expect(GITHUB_TYPES).toContain(type);
  });

  it('leave out nothing that they also mention, and nothing unknown', () => {
    const mentioned = [...SHAPE_ROWS, ...NAMED_KINDS].flatMap(([, , source]) => source.split(' '));
    for (const rule of Object.keys(LEFT_OUT)) {
      expect(GITLEAKS_RULES).toContain(rule);
      expect(mentioned).not.toContain(`gl:${rule}`);
    }
  });
});

/** A secret of a type of GitHub where it is told: by its shape, by its place, or by its name. */
function textsOfType(type: string, dice: Dice): { secret: string; texts: string[] } {
  const template = SHAPE_ROWS.find(([name]) => name === GITHUB_SHAPES.get(type))?.[1];
  if (template !== undefined) {
    const secret = secretOf(template, dice);
    return { secret: secret.slice(-20), texts: [secret, `I use ${secret} for it`] };
  }
  const secret = dice.pick('0123456789abcdef', 32);
  const place = GITHUB_PLACES[type];
  const named = [`${type.toUpperCase()}=${secret}`, `"${type}": "${secret}"`, `the ${type.replaceAll('_', ' ')} is ${secret}`];
  return { secret, texts: place === undefined ? named : [place.replaceAll('{}', secret)] };
}

/** The figures by group, and by kind where something was missed. */
function report(scores: Record<string, Score>, seed: number): string {
  const groups = Object.entries(scores).map(([group, { samples, missed }]) => {
    const kinds = [...new Set(missed.map(({ kind }) => kind))].map(
      (kind) => `${kind} (${missed.filter((one) => one.kind === kind).length})`,
    );
    const share = ((100 * (samples - missed.length)) / samples).toFixed(2);
    return `  ${group}: ${samples - missed.length} of ${samples} masked (${share} %)${kinds.length === 0 ? '' : `; missed: ${kinds.join(', ')}`}`;
  });
  return [`Redaction by group, seed ${seed}, ${KINDS.length} kinds x ${CONTEXTS.length} contexts:`, ...groups].join('\n');
}

/** Masked and all samples of every kind, as many kinds in a line as a log shows. */
function kindLines(samples: readonly Sample[], scores: Record<string, Score>): string[] {
  const missed = new Map<string, number>();
  for (const { kind } of Object.values(scores).flatMap((entry) => entry.missed)) missed.set(kind, (missed.get(kind) ?? 0) + 1);
  const counts = new Map<string, number>();
  for (const { kind } of samples) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const lines: string[] = [];
  for (const [kind, count] of counts) {
    const figure = `${kind.replaceAll('\n', ' ')} ${count - (missed.get(kind) ?? 0)}/${count}`;
    const last = lines.at(-1);
    if (last === undefined || last.length + figure.length > LOG_LINE_CHARS) lines.push(`    ${figure}`);
    else lines[lines.length - 1] = `${last} · ${figure}`;
  }
  return lines;
}
