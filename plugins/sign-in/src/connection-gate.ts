import type { ExternalAccounts } from '@sextant/plugin-identity/api';
import { type Actor, type Credentials, type Gate, SextantError } from '@sextant/sdk';
import { BUILTIN } from './builtin-provider.js';
import type { LiveAuthSettings } from './configuration/auth-settings.js';

/** Routes that every gate lets through: the pages by which somebody connects an account, leaves, or mends how they sign in. */
export const OPEN =
  /^\/(?:-\/(?:account|confirm|sign-in|sign-out|site-init|reset-password-\w+|verify-email|unlock-account)(?:\/|$)|sign-in$|\.auth\/(?::type\/|callback$|saml\/acs$))/;

interface GateParts {
  readonly settings: Pick<LiveAuthSettings, 'current'>;
  readonly external: Pick<ExternalAccounts, 'ofUser'>;
  readonly externalUrl: () => string;
}

/** Where the site wants that (`auth.enforceExternalAccountConnection`), who has only a password uses nothing before they have connected an account elsewhere. */
export class ConnectionGate implements Gate {
  readonly name = 'external-account';

  constructor(private readonly parts: GateParts) {}

  async admit({ route }: Credentials, actor: Actor): Promise<void> {
    if (route !== undefined && OPEN.test(route)) return;
    if (!(await this.missing(actor))) return;
    throw new SextantError('SEXTANT_SIGN_IN_CONNECTION_REQUIRED', {
      what: 'Connect an account before you use Sextant.',
      why: 'The site wants everybody who has a password to have an account at a code host or provider, too.',
      fix: `Link one on ${this.parts.externalUrl()}/-/account.`,
    });
  }

  /** Whether the person must connect an account first. Somebody must be able to mend the configuration, so site admins need none. */
  async missing({
    kind,
    userId,
    siteAdmin,
    serviceAccount,
  }: Pick<Actor, 'kind' | 'userId' | 'siteAdmin' | 'serviceAccount'>): Promise<boolean> {
    if (kind !== 'user' || userId === undefined || siteAdmin || serviceAccount) return false;
    const { configuration, ways } = await this.parts.settings.current();
    if (!configuration['auth.enforceExternalAccountConnection']) return false;
    const accounts = await this.parts.external.ofUser(userId);
    return !accounts.some(({ service }) =>
      ways.some((way) => way.provider.type !== BUILTIN && way.service.type === service.type && way.service.id === service.id),
    );
  }
}
