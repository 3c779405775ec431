import { z } from '@sextant/sdk';

export const DYNAMIC_REGISTRATION = 'auth.idpDynamicClientRegistrationEnabled';
export const CORS_ORIGIN = 'corsOrigin';

const originsIn = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** As a browser names it: nothing follows the host and the port. A page without an origin, and every page, are nobody's. */
const isOrigin = (word: string): boolean => /^https?:/.test(word) && URL.canParse(word) && new URL(word).origin === word;

export const siteConfigurationSchema = z.object({
  [DYNAMIC_REGISTRATION]: z
    .boolean()
    .optional()
    .describe('Programs may register themselves as OAuth clients; what they get has to be allowed by each person all the same'),
  [CORS_ORIGIN]: z
    .string()
    .max(10_000)
    .refine((text) => originsIn(text).every(isOrigin), 'write origins such as https://app.example.com, with blanks between them; * is none')
    .optional()
    .describe(
      'Origins whose pages may call GraphQL and the search stream with a token, and ask for OAuth tokens by themselves, besides those that public programs are registered for',
    ),
});

/** The origins of the key; none where it is malformed. */
export function corsOrigins(effective: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const said = siteConfigurationSchema.shape[CORS_ORIGIN].safeParse(effective[CORS_ORIGIN]);
  return new Set(originsIn(said.data ?? ''));
}
