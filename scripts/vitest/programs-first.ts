import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that start whole programs, or the whole product for a table of questions, are short and take the longest. Vitest begins with the longest text, and one
 * of them would run alone at the end.
 */
const STARTS_PROGRAMS = /^(?:bench|scripts|hosts\/server\/src\/leak-matrix)\//;

/** The order of a run: what takes long first, so that all processors are busy until the end. */
export class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const startsPrograms = ({ project, moduleId }: TestSpecification) =>
      STARTS_PROGRAMS.test(moduleId.slice(project.config.root.length + 1));
    return [...sorted.filter(startsPrograms), ...sorted.filter((file) => !startsPrograms(file))];
  }
}
