// Removes the configured secrets from text that leaves the process.

const MASK = '********';

/** Masks every occurrence of the secrets, also in the form they have inside JSON strings and addresses. Longest first. */
export function maskSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const needles = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => needles.reduce((masked, needle) => masked.replaceAll(needle, MASK), text);
}
