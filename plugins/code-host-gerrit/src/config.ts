import { z } from '@sextant/sdk';

/** Nothing to configure: connections are data. */
export const config = z.object({});
