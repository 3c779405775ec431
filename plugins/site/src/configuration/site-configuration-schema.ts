import { z } from '@sextant/sdk';

/** The keys of the site configuration that this plugin reads itself. Others come from the point `site.configuration-schemas@1`. */
export const siteConfigurationSchema = z.object({
  externalURL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where people reach Sextant'),
});
