/**
 * How often a search is repeated: in every check, and in `npm run test-thorough`, which has the time for it. What is searched and what
 * has to hold is the same in both.
 */
export function rounds({ inCheck, thorough }: { inCheck: number; thorough: number }): number {
  return isThorough() ? thorough : inCheck;
}

function isThorough(): boolean {
  return process.env['TEST_THOROUGH'] === '1';
}
