import { core } from '@sextant/sdk';

export const deps = { db: core.storage, jobs: core.jobs } as const;
