import { RepoName, type Resolved, SextantError } from '@sextant/sdk';
import { HeldNames } from '../../storage/held-names.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import type { deps } from './wiring.js';

type Deps = Pick<Resolved<typeof deps>, 'db' | 'clock' | 'git'>;

/** Whether another process writes the mirror, such as one that is being replaced. */
export const isBusy = (error: unknown): boolean => SextantError.is(error) && error.code === 'SEXTANT_GIT_BUSY';

/**
 * Moves what stands under the former name of a repository to its name, and removes what stood there: it was another repository's, and somebody else's to
 * see. While it goes on, nobody else moves or removes anything under the two names: a second one that began from the former name would remove what the
 * first has just moved, and of two that swap their names each would take the other's mirror for its own.
 * One that is new has no former name, and there is nothing to move.
 * @throws SEXTANT_GIT_BUSY when another process is writing one of the two mirrors.
 */
export async function moveMirror(d: Deps, { id, name }: { readonly id: number; readonly name: RepoName }): Promise<void> {
  const table = new MirrorTable(d.db);
  const names = new HeldNames(d.db, d.clock);
  let from = (await table.byId(id))?.name;
  while (from !== undefined && from !== name) {
    const former = from;
    // Another name, when somebody else moved it before the names were held.
    from = await names.during([former, name].filter(Boolean), async (signal) => {
      const now = (await table.byId(id))?.name;
      if (now !== former) return now;
      await d.git.remove({ repository: name, signal });
      signal.throwIfAborted();
      await table.nameTaken(id, name);
      if (former !== '') await d.git.rename({ repository: RepoName.parse(former), to: name, signal });
      signal.throwIfAborted();
      await table.renamed(id, name);
      return undefined;
    });
  }
}

/** Removes the mirror of a repository that is no more, and forgets it. @throws SEXTANT_GIT_BUSY when another process is writing it, or has moved it. */
export async function removeMirror(d: Deps, id: number, name: string): Promise<void> {
  const table = new MirrorTable(d.db);
  if (name === '') return await table.forget(id);
  await new HeldNames(d.db, d.clock).during([name], async (signal) => {
    if ((await table.byId(id))?.name !== name)
      throw new SextantError('SEXTANT_GIT_BUSY', { what: 'The mirror has moved.', fix: 'Try again shortly.' });
    await d.git.remove({ repository: RepoName.parse(name), signal });
    signal.throwIfAborted();
    await table.forget(id);
  });
}
