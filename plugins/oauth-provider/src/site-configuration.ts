import { z } from '@sextant/sdk';

export const DYNAMIC_REGISTRATION = 'auth.idpDynamicClientRegistrationEnabled';

export const siteConfigurationSchema = z.object({
  [DYNAMIC_REGISTRATION]: z
    .boolean()
    .optional()
    .describe('Programs may register themselves as OAuth clients; what they get has to be allowed by each person all the same'),
});
