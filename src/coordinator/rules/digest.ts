// Tells texts apart that must not be kept.

/** Two texts with one digest are taken for the same (FNV-1a, 32 bits). */
export function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193);
  return digest >>> 0;
}
