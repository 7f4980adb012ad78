// Tells commands that check work: tests, builds, linters, type checks.

import { commandOf } from './action-class.ts';
import type { ToolStarted } from './observation.ts';
import { simpleCommands } from './shell-commands.ts';

const CHECKS: readonly RegExp[] = [
  /^(?:npx |bunx |pnpm (?:exec |dlx )?|yarn |uv run |poetry run |pipenv run |bundle exec |python3? -m )?(?:vitest|jest|mocha|ava|tap|playwright|cypress|pytest|unittest|tox|nox|rspec|phpunit|pest|tsc|eslint|biome|oxlint|mypy|ruff|pyright|flake8|pylint|rubocop|shellcheck)\b/,
  /^(?:npm|pnpm|yarn|bun)(?: run)?(?: -\S+)* (?:t|test|check|lint|types?|typecheck|type-check|build|verify|ci)(?:[:\-\w]*)\b/,
  /^node (?:\S+ )*--test\b/,
  /^(?:cargo|swift|dart|flutter|mix|zig|stack|cabal|dotnet|go)(?: -\S+)* (?:test|check|build|clippy|vet|analyze)\b/,
  /^(?:make|just|task|ninja|rake|gradle|mvn|bazel|buck2?|ctest|\.?\/?gradlew|\.?\/?mvnw)(?: .*)?$/,
];
const IN_SCRIPTS = /(?:^|\/)(?:run[_-]?)?(?:tests?|check|lint)(?:\.\w+)?$/;

/** Whether a call checks what was done. */
export function isCheck({ tool, args }: Pick<ToolStarted, 'tool' | 'args'>): boolean {
  const text = commandOf(tool, args);
  if (text === undefined) return false;
  return simpleCommands(text).some((words) => CHECKS.some((pattern) => pattern.test(words.join(' '))) || IN_SCRIPTS.test(words[0] ?? ''));
}
