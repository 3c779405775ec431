import type { Restrictions } from '@sextant/plugin-code-host/api';
import type { IdSet } from '@sextant/sdk';
import type { BindMode } from '../site-settings.js';

/**
 * Repositories that are shown only to whom they are granted, those aside that an administrator opens to everybody. While permissions come through the API
 * (`mode`) these are all that no host says are for everybody: of a folder or a plain git URL nobody but the API can say who may read it.
 */
export const hiddenRepositories = (restrictions: Restrictions, mode: BindMode | undefined): IdSet =>
  mode === undefined ? restrictions.restricted : restrictions.all.without(restrictions.public).or(restrictions.restricted);
