import { mirrorSources, repositories } from '@sextant/plugin-code-host/api';
import { gitService, mirrors } from '@sextant/plugin-git/api';
import { core, maybe } from '@sextant/sdk';
import { languages, symbolExtractors } from '../../api.js';

export const deps = {
  git: gitService,
  sources: mirrorSources,
  repositories,
  /** In a process that knows them; others ask git. */
  mirrors: maybe(mirrors),
  jobs: core.jobs,
  events: core.events,
  process: core.process,
  db: core.storage,
  clock: core.clock,
  languages,
  symbolExtractors,
} as const;
export type IndexDeps = typeof deps;
