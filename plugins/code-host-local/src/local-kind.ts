import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeHostKind, Connection } from '@sextant/plugin-code-host/api';
import { type Logger, SextantError } from '@sextant/sdk';
import { findRepositories, realRoots, unreadable } from './find-repositories.js';
import { gitFolderAt } from './git-folder.js';
import { isInside, readInside } from './inside-roots.js';
import { type LocalConfig, localConfig } from './local-config.js';
import { pathMark, repositoryNames } from './repository-names.js';
import { RefWatch } from './watch-refs.js';

export interface LocalKindOptions {
  readonly log: Logger;
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
  const known = new Map<number, string>();
  /** Once, until it changes: folders are listed every minute. */
  const tellEmpty = (connectionId: number, folders: readonly string[], config: LocalConfig): void => {
    const now = folders.join('\0');
    if (now !== '' && now !== known.get(connectionId))
      options.log.warn('no git repository was found in a folder', { folders, fix: noneFound(config) });
    known.set(connectionId, now);
  };
  return {
    kind: 'LOCAL',
    title: 'Folders on this machine',
    config: localConfig,
    serviceType: () => 'local',
    serviceId: () => 'file:///',

    async *list({ id, config }, { signal, progress }) {
      const { repositories, problems } = await findRepositories(config, signal);
      const roots = await realRoots(config);
      const names = repositoryNames(repositories);
      for (const [index, repository] of repositories.entries()) {
        const name = names[index];
        if (name === undefined) continue;
        const description = await descriptionOf(repository.commonDir, roots);
        yield { externalId: externalId(repository.path), name, cloneUrl: repository.path, ...(description ? { description } : {}) };
      }
      progress(`${repositories.length} repositories found`);
      const empty = roots.filter((root) => !repositories.some((repository) => isInside(repository.path, [root])));
      tellEmpty(id, empty, config);
      // Only now: what was found is taken, and nothing is deleted for what could not be seen.
      if (problems.length > 0) throw unreadable(problems);
    },

    async cloneSource(connection, { cloneUrl }) {
      return { url: await insideRoots(connection, cloneUrl), localFolder: true };
    },

    async check({ config }, signal) {
      const { repositories, problems } = await findRepositories(config, signal);
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
        find: async () => (await findRepositories(config, aborted.signal)).repositories,
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

const noneFound = ({ depth }: LocalConfig): string =>
  `Give a repository, or a folder that holds some at most ${depth} folders deep. One that leads out of the folders, as a linked work tree does, is taken when the folder it leads to is given too.`;

/** The folder as it is now. Between the listing and the clone a link may have taken its place. */
async function insideRoots({ config }: Connection<LocalConfig>, folder: string): Promise<string> {
  const roots = await realRoots(config);
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined)
    throw new SextantError('SEXTANT_CODE_HOST_LOCAL_UNREADABLE', {
      what: 'The folder of the repository is not there.',
      fix: 'Bring it back; its mirror stays until it is purged.',
    });
  if (!isInside(real, roots) || !(await gitFolderAt(real, roots, { thorough: true }))) {
    throw new SextantError('SEXTANT_CODE_HOST_LOCAL_OUTSIDE', {
      what: 'The repository is not inside the configured roots.',
      why: 'It lies elsewhere, or leads elsewhere by a link, a gitdir line or a shared object store.',
      fix: 'Add the folder it leads to to the roots.',
    });
  }
  return real;
}

async function descriptionOf(commonDir: string, roots: readonly string[]): Promise<string | undefined> {
  const text = (await readInside(join(commonDir, 'description'), roots)) ?? '';
  // What `git init` writes when nobody has described the repository.
  return text.startsWith('Unnamed repository') ? undefined : text.trim().slice(0, 500) || undefined;
}
