import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { gitService, mirrors } from '@sextant/plugin-git/api';
import { core, maybe } from '@sextant/sdk';
import { rankers, search, searchEngine } from '../../api.js';

export const deps = {
  repositories,
  visibility,
  git: gitService,
  mirrors,
  engine: searchEngine,
  clock: core.clock,
  events: core.events,
  jobs: core.jobs,
  actors: core.actor,
  rankers,
  own: maybe(search),
} as const;
export type ApiDeps = typeof deps;
