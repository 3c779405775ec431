import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { gitService, mirrors } from '@sextant/plugin-git/api';
import { accounts, users } from '@sextant/plugin-identity/api';
import { core, maybe, type Resolved, SextantError } from '@sextant/sdk';
import { languages, predicates, rankers, resultSources, type Search, search, searchEngine, symbolExtractors } from '../../api.js';

export const deps = {
  repositories,
  visibility,
  git: gitService,
  mirrors,
  engine: searchEngine,
  clock: core.clock,
  events: core.events,
  jobs: core.jobs,
  db: core.storage,
  actors: core.actor,
  /** Whose commits `author:@user` means. */
  users: maybe(users),
  accounts: maybe(accounts),
  rankers,
  languages,
  symbolExtractors,
  predicates,
  resultSources,
  /** What this part itself provides: there once the plugin is initialised, which is before routes and resolvers are made. */
  own: maybe(search),
} as const;
export type ApiDeps = typeof deps;

/** The search this part provides. Look it up once: each read of an optional dependency asks the container. */
export function ownSearch(d: Pick<Resolved<ApiDeps>, 'own'>): Search {
  if (!d.own)
    throw new SextantError('SEXTANT_SEARCH_QUERY', {
      what: 'Search is not running in this process.',
      fix: 'Ask a process with the role api.',
    });
  return d.own;
}
