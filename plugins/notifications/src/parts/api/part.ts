import { accountMail } from '@sextant/plugin-identity/api';
import { siteConfigurationSchemas, systemChecks } from '@sextant/plugin-site/api';
import { definePart } from '@sextant/sdk';
import { mailer } from '../../api.js';
import { config } from '../../config.js';
import { smtpCheck } from '../../mail/smtp-check.js';
import { mailSchema } from '../../mail/smtp-settings.js';
import { storage } from '../../storage/definition.js';
import { mailOf, provideMailer } from '../../wiring.js';
import { apiDeps } from './deps.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    r.provide(mailer, provideMailer);
    r.contribute(accountMail, (d) => mailOf(d).queue);
    r.contribute(siteConfigurationSchemas, () => mailSchema);
    r.contribute(systemChecks, (d, ctx) => smtpCheck({ ...mailOf(d), http: d.http, timeout: () => ctx.config.get().timeout }));
    r.health('mail', async (d) => {
      const { failed, lastFailure, lastError } = await mailOf(d).store.standing();
      const reason =
        failed > 0 ? `${failed} mails were given up within a week; the last one: ${lastFailure}` : lastError && `mail waits: ${lastError}`;
      return reason ? { status: 'degraded', reason } : { status: 'up' };
    });
    r.graphql(() => import('./graphql.js'));
  },
});
