// A recording as if it had been made at another time: every instant in its texts is moved, and no text gets longer or shorter.

const ISO = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const EPOCH = /(?<=[:[,]\s?)(17\d{8})(\d{3})?(?=[,}\]])/g; // seconds or milliseconds

export function shifted(text: string, byMs: number): string {
  if (byMs === 0) return text;
  const moved = text.replace(ISO, (instant) => new Date(Date.parse(instant) + byMs).toISOString());
  return moved.replace(EPOCH, (_number, seconds: string, millis?: string) =>
    millis === undefined ? `${Number(seconds) + Math.round(byMs / 1_000)}` : `${Number(seconds + millis) + byMs}`,
  );
}
