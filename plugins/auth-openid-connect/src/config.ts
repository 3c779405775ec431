import { z } from '@sextant/sdk';

/** Nothing to configure: providers are entries of the site configuration's `auth.providers`. */
export const config = z.object({});
