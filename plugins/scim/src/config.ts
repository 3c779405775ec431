import { z } from '@sextant/sdk';

/** What is configured is data of the site: see `site-keys.ts`. */
export const config = z.object({});
