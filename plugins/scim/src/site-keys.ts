import type { SiteConfiguration } from '@sextant/plugin-site/api';
import { z } from '@sextant/sdk';

/** The keys of the site configuration that are this plugin's. */
export const siteKeys = z.object({
  'scim.authToken': z
    .string()
    .min(32)
    .max(1000)
    .optional()
    .describe('What the directory proves itself with, at least 32 characters. Without it there is no SCIM')
    .meta({ secret: true }),
  'scim.identityProvider': z
    .enum(['STANDARD', 'Azure AD'])
    .optional()
    .describe('Whose SCIM is spoken: "Azure AD" (Entra ID) writes true and false as text, and replaces addresses that are not there yet'),
});

export interface ScimSettings {
  readonly token: string | undefined;
  /** The deviations of Entra ID are taken. */
  readonly azure: boolean;
}

/** As the site configuration stands now. A token that is too short is none: it is refused when it is saved, and a declared file may hold anything. */
export async function scimSettings(configuration: SiteConfiguration): Promise<ScimSettings> {
  const effective = await configuration.effective();
  const token = siteKeys.shape['scim.authToken'].safeParse(effective['scim.authToken']);
  return { token: token.data, azure: effective['scim.identityProvider'] === 'Azure AD' };
}
