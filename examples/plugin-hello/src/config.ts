import { duration, z } from '@sextant/sdk';

export const config = z.object({
  word: z.string().min(1).default('Hello').describe('The word that begins a greeting').meta({ live: true }),
  keepFor: duration().prefault('7d').describe('How long a greeting is kept').meta({ live: true }),
});
