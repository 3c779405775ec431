import type { Actor } from '@sextant/sdk';

/** The repository a question is about. */
export interface MatrixRepository {
  readonly id: number;
  readonly name: string;
  /** More names by which a surface could give it away: a GraphQL id, a clone URL, a former name. */
  readonly marks?: readonly string[];
}

/** One way in which a person can learn of a repository. */
export interface LeakSurface<W> {
  /** A sentence names the failing test: `GraphQL repository(name)`. */
  readonly name: string;
  /** Asks as this actor; the answer is plain data, with everything the actor gets to see. A throw is an answer too. */
  ask(world: W, actor: Actor, repository: MatrixRepository): Promise<unknown>;
  /** Does the answer tell that the repository exists? Default: it holds its name, or one of its marks. */
  reveals?(answer: unknown, repository: MatrixRepository): boolean;
}

export interface LeakMatrix<W> {
  readonly world: W;
  readonly surfaces: readonly LeakSurface<W>[];
  readonly actors: readonly Actor[];
  readonly repositories: readonly MatrixRepository[];
  /** One that never existed: what an actor may not see must look exactly like it. As many marks as the others have. */
  readonly ghost: MatrixRepository;
  /** The truth, from a model of its own. */
  may(actor: Actor, repository: MatrixRepository): boolean;
}

export interface MatrixCell {
  readonly surface: string;
  readonly actor: string;
  readonly repository: string;
  readonly may: boolean;
  readonly revealed: boolean;
  /** The answer is another than for a repository that never existed. */
  readonly distinguishable: boolean;
}

/** Asks every surface, as every actor, about every repository. */
export async function leakMatrix<W>(matrix: LeakMatrix<W>): Promise<readonly MatrixCell[]> {
  const cells: MatrixCell[] = [];
  for (const surface of matrix.surfaces) {
    const reveals = surface.reveals ?? holdsAMark;
    for (const actor of matrix.actors) {
      const nothing = withoutMarks(await answerOf(surface, matrix.world, actor, matrix.ghost), matrix.ghost);
      for (const repository of matrix.repositories) {
        const answer = await answerOf(surface, matrix.world, actor, repository);
        cells.push({
          surface: surface.name,
          actor: actor.id,
          repository: repository.name,
          may: matrix.may(actor, repository),
          revealed: reveals(answer, repository),
          distinguishable: withoutMarks(answer, repository) !== nothing,
        });
      }
    }
  }
  return cells;
}

/** What somebody learns and may not: of any, the wall has a hole. */
export const leaksIn = (cells: readonly MatrixCell[]): readonly MatrixCell[] =>
  cells.filter((cell) => !cell.may && (cell.revealed || cell.distinguishable));

/** What somebody may see and is not shown: a wall without a door. */
export const lossesIn = (cells: readonly MatrixCell[]): readonly MatrixCell[] => cells.filter((cell) => cell.may && !cell.revealed);

async function answerOf<W>(surface: LeakSurface<W>, world: W, actor: Actor, repository: MatrixRepository): Promise<unknown> {
  try {
    return await surface.ask(world, actor, repository);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    return { code, message };
  }
}

const marksOf = (repository: MatrixRepository): readonly string[] => [repository.name, ...(repository.marks ?? [])];

const text = (answer: unknown): string =>
  JSON.stringify(answer instanceof Map ? [...answer] : answer, (_key, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  ) ?? 'undefined';

// What was asked for comes back in many answers; it tells nothing that the asker did not say.
const withoutMarks = (answer: unknown, repository: MatrixRepository): string =>
  marksOf(repository).reduce((rest, mark, index) => rest.replaceAll(mark, `<mark ${index}>`), text(answer));

const holdsAMark = (answer: unknown, repository: MatrixRepository): boolean =>
  marksOf(repository).some((mark) => text(answer).includes(mark));
