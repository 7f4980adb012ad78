import { expect, it } from 'vitest';
import { simpleCommands } from '../../../src/coordinator/rules/shell-commands.ts';

/** `git push|rm a`: programs with their arguments. */
function shown(text: string): string {
  return simpleCommands(text)
    .map((words) => words.join(' '))
    .join('|');
}

it.each([
  ['ls -la', 'ls -la'],
  ['cd src && npm test; git push', 'cd src|npm test|git push'],
  ['/usr/bin/git push', 'git push'],
  ['a | b || c & d', 'a|b|c|d'],
  ['line one\nline two', 'line one|line two'],
  ['echo "a; rm b" \'c && d\'', 'echo a; rm b c && d'],
  ['git commit -m "fix: x; git push --force"', 'git commit -m fix: x; git push --force'],
  ['echo $(rm x) done', 'echo $(rm x) done|rm x'],
  ['echo "it is $(date +%s)"', 'echo it is $(date +%s)|date +%s'],
  ['echo `rm x`', 'echo `rm x`|rm x'],
  ["echo '$(rm x)'", 'echo $(rm x)'],
  ['(cd a; rm b)', 'cd a|rm b'],
  ['if true; then rm a; fi', 'true|rm a|fi'],
  ['for f in a b; do rm $f; done', 'for f in a b|rm $f|done'],
  ['sudo -u dev rm a', 'rm a'],
  ['FORCE=1 env A=b nohup git push', 'git push'],
  ['timeout -k 5 30s git push', 'git push'],
  ['bash -lc "rm x && ls"', 'bash -lc rm x && ls|rm x|ls'],
  ['find . | xargs -I {} rm {}', 'find .|rm {}'],
  ['npm test 2>&1 | tail -5', 'npm test 2>&1|tail -5'],
  ['npm test &> log.txt', 'npm test &> log.txt'],
  ['git\\ push a\\;b', 'git push a;b'],
  ["cat > a.md <<'EOF'\ngit push --force\nEOF\nls", 'cat > a.md|ls'],
  ["cat > a.md <<'EOF'; git push --force; EOF; ls", 'cat > a.md|ls'],
  ['cat <<EOF\nnever closed; rm -rf /', 'cat'],
  ['grep x <<< "a; b"', 'grep x a; b'],
  ['git push # rm -rf /\nls', 'git push|ls'],
  ['git commit -m "$(cat <<\'EOF\'\nfix: a; rm b\nEOF\n)"', "git commit -m $(cat <<'EOF'\nfix: a; rm b\nEOF\n)|cat"],
  ['echo "never closed', 'echo never closed'],
  ["echo 'never closed", 'echo never closed'],
  ['echo $(never closed', 'echo $(never closed|never close'],
  ['', ''],
])('splits %j', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it('takes time that grows with the length of a text and not faster, whatever is in it', () => {
  for (const piece of ['$(', '"', "'", '`', '<<A ', '(', '\\', '; ', '#', 'bash -c "', '{}']) {
    const startedAt = performance.now();
    simpleCommands(piece.repeat(20_000));
    expect(performance.now() - startedAt, piece).toBeLessThan(2_000);
  }
});
