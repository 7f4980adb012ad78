import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where nothing was measured yet Vitest begins with the largest files; these take longer than their size says. */
const LONG =
  /\/(?:unit\/convergence\/convergence|transcripts\/(?:private|source-events)|publish\/outages|kill-loop|attacks|attacks-by-net|fault-proxy|machine-faults|hook|recorded-folders|twin|docs)\.test\.ts$/;

/** What takes long begins first: otherwise one file is left over at the end, and all other workers are idle. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const isShort = ({ moduleId }: TestSpecification): number => (LONG.test(moduleId) ? 0 : 1);
    return (await super.sort(files)).sort((a, b) => group(a) - group(b) || isShort(a) - isShort(b));
  }
}
