// Builds the rows of the table of variables.

import type { Fallback, Setting, TextForm } from './setting.ts';

export function required<T>(variable: string, form: TextForm<T>, meaning: string): Setting<T> {
  return { variable, form, meaning, presence: { kind: 'required' }, secret: false };
}

export function optional<T>(variable: string, form: TextForm<T>, meaning: string): Setting<T | undefined> {
  return { variable, form, meaning, presence: { kind: 'optional' }, secret: false };
}

export function setting<T>(variable: string, form: TextForm<T>, text: Fallback, meaning: string): Setting<T> {
  return { variable, form, meaning, presence: { kind: 'fallback', text }, secret: false };
}

/** A setting that once had another name. */
export function renamed<T>(olderName: string, row: Setting<T>): Setting<T> {
  return { ...row, olderName };
}
