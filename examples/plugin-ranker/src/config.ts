import { z } from '@sextant/sdk';

export const config = z.object({
  folders: z
    .array(z.string().min(1))
    .default(['legacy', 'experiments', 'sandbox'])
    .describe('Path segments whose files come later')
    .meta({ live: true }),
  penalty: z
    .number()
    .min(0)
    .default(1000)
    .describe('Taken off the score of a match in one of the folders; scores are 0 to 1000')
    .meta({ live: true }),
});
