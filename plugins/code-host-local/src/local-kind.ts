import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeHostKind, Connection } from '@sextant/plugin-code-host/api';
import { type DataFolders, type Logger, SextantError } from '@sextant/sdk';
import { findRepositories, realRoots, unreadable } from './find-repositories.js';
import { gitFolderAt } from './git-folder.js';
import { isInside, readInside } from './inside-roots.js';
import { type LocalConfig, localConfig } from './local-config.js';
import { pathMark, repositoryNames } from './repository-names.js';
import { RefWatch } from './watch-refs.js';

export interface LocalKindOptions {
  readonly log: Logger;
  readonly dataFolders: DataFolders;
  /** Ends all watching. */
  readonly signal: AbortSignal;
  readonly maxWatched: number;
  readonly pollInterval: number;
  readonly searchInterval: number;
}

const ID_LENGTH = 32;
const externalId = (path: string): string => pathMark(path, ID_LENGTH);

/** Folders of git repositories on this machine. Sextant mirrors them like any other: a folder that is deleted takes nothing with it at once. */
export function localKind(options: LocalKindOptions): CodeHostKind<typeof localConfig> {
  const known = new Map<string, string>();
  /** Once, until it changes: folders are listed every minute. */
  const warn = (connectionId: number, what: string, folders: readonly string[], fix: string): void => {
    const key = `${connectionId} ${what}`;
    const now = folders.join('\0');
    if (now !== '' && now !== known.get(key)) options.log.warn(what, { folders, fix });
    known.set(key, now);
  };
  return {
    kind: 'LOCAL',
    title: 'Folders on this machine',
    config: localConfig,
    serviceType: () => 'local',
    serviceId: () => 'file:///',

    async *list({ id, config }, { signal, progress }) {
      const { repositories, problems, dataFolders } = await findRepositories(config, options.dataFolders, signal);
      const roots = await realRoots(config);
      warn(id, 'a folder in which Sextant stores its data was skipped', dataFolders, SKIPPED_DATA);
      const names = repositoryNames(repositories);
      for (const [index, repository] of repositories.entries()) {
        const name = names[index];
        if (name === undefined) continue;
        const description = await descriptionOf(repository.commonDir, roots);
        yield { externalId: externalId(repository.path), name, cloneUrl: repository.path, ...(description ? { description } : {}) };
      }
      progress(`${repositories.length} repositories found`);
      const empty = roots.filter(
        (root) => !isInside(root, dataFolders) && !repositories.some((repository) => isInside(repository.path, [root])),
      );
      warn(id, 'no git repository was found in a folder', empty, noneFound(config));
      // Only now: what was found is taken, and nothing is deleted for what could not be seen.
      if (problems.length > 0) throw unreadable(problems);
    },

    async cloneSource(connection, { cloneUrl }) {
      return { url: await insideRoots(connection, cloneUrl, options.dataFolders), localFolder: true };
    },

    async check({ config }, signal) {
      const { repositories, problems, refusedRoots } = await findRepositories(config, options.dataFolders, signal);
      if (refusedRoots.length > 0)
        return { ok: false, problem: `Sextant stores its data in ${refusedRoots.slice(0, 5).join(', ')}.`, fix: SKIPPED_DATA };
      if (problems.length > 0)
        return {
          ok: false,
          problem: `${problems.slice(0, 5).join('; ')}.`,
          fix: 'Bring the folder back, give the right to read it, or exclude it.',
        };
      if (repositories.length === 0)
        return {
          ok: false,
          problem: 'The folders hold no git repository.',
          fix: noneFound(config),
        };
      return { ok: true };
    },

    watch({ config }, changed) {
      const aborted = new AbortController();
      const watch = new RefWatch({
        maxWatched: options.maxWatched,
        pollInterval: options.pollInterval,
        searchInterval: options.searchInterval,
        find: async () => (await findRepositories(config, options.dataFolders, aborted.signal)).repositories,
        changed: (told) => {
          const named = told.map(({ repository, stamp }) => ({ id: externalId(repository.path), stamp }));
          const stamps = named.flatMap(({ id, stamp }) => (stamp === undefined ? [] : [[id, stamp] as const]));
          changed(
            named.map(({ id }) => id),
            new Map(stamps),
          );
        },
        listChanged: () => changed([]),
        failed: (error) => {
          if (!aborted.signal.aborted) options.log.warn('Folders could not be watched; they are looked at by interval', { error });
        },
      });
      const end = async (): Promise<void> => {
        options.signal.removeEventListener('abort', end);
        aborted.abort();
        await watch[Symbol.asyncDispose]();
      };
      // The plugin can be switched off while whoever asked for the watch goes on.
      if (options.signal.aborted) void end();
      else options.signal.addEventListener('abort', end, { once: true });
      return { [Symbol.asyncDispose]: end };
    },
  };
}

const SKIPPED_DATA =
  'Its mirrors would be mirrored again. Give the folders of the original repositories. Repositories that were added from it are removed.';

const noneFound = ({ depth }: LocalConfig): string =>
  `Give a repository, or a folder that holds some at most ${depth} folders deep. One that leads out of the folders, as a linked work tree does, is taken when the folder it leads to is given too.`;

/** The folder as it is now. Between the listing and the clone a link may have taken its place. */
async function insideRoots({ config }: Connection<LocalConfig>, folder: string, dataFolders: DataFolders): Promise<string> {
  const roots = await realRoots(config);
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined)
    throw new SextantError('SEXTANT_CODE_HOST_LOCAL_UNREADABLE', {
      what: 'The folder of the repository is not there.',
      fix: 'Bring it back; its mirror stays until it is purged.',
    });
  const repository = isInside(real, roots) ? await gitFolderAt(real, roots, { thorough: true }) : undefined;
  if (!repository) {
    throw new SextantError('SEXTANT_CODE_HOST_LOCAL_OUTSIDE', {
      what: 'The repository is not inside the configured roots.',
      why: 'It lies elsewhere, or leads elsewhere by a link, a gitdir line or a shared object store.',
      fix: 'Add the folder it leads to to the roots.',
    });
  }
  for (const part of new Set([real, repository.gitDir, repository.commonDir])) {
    const around = await dataFolders.around(part);
    if (around === undefined) continue;
    throw new SextantError('SEXTANT_CODE_HOST_LOCAL_DATA_FOLDER', {
      what: 'The repository is not mirrored.',
      why: `${part} lies in ${around}, in which a Sextant stores its data.`,
      fix: 'Nothing needs to be done: it is removed with the next listing.',
    });
  }
  return real;
}

async function descriptionOf(commonDir: string, roots: readonly string[]): Promise<string | undefined> {
  const text = (await readInside(join(commonDir, 'description'), roots)) ?? '';
  // What `git init` writes when nobody has described the repository.
  return text.startsWith('Unnamed repository') ? undefined : text.trim().slice(0, 500) || undefined;
}
