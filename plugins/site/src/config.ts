import { z } from '@sextant/sdk';

const declared = (what: string) =>
  z
    .object({
      file: z.string().optional().describe(`A file that declares ${what}; it is read at start`),
      allowEdits: z.boolean().default(false).describe('Edits are possible all the same, and last until the next start'),
    })
    .prefault({});

export const config = z.object({
  siteConfiguration: declared('the site configuration'),
  globalSettings: declared('the settings of the site'),
});

export type SiteConfig = z.output<typeof config>;
