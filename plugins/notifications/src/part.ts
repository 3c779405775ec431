import { accountMail, auditTrail } from '@sextant/plugin-identity/api';
import { siteConfiguration, siteConfigurationSchemas, systemChecks } from '@sextant/plugin-site/api';
import { core, definePart } from '@sextant/sdk';
import { mailer } from './api.js';
import { config } from './config.js';
import { sendMail, trimMails } from './mail/jobs.js';
import { MailQueue } from './mail/mail-queue.js';
import { sendMailJob } from './mail/send-mail-job.js';
import { smtpCheck } from './mail/smtp-check.js';
import { mailSchema } from './mail/smtp-settings.js';
import { MailStore } from './storage/mail-store.js';

const TRIM_EVERY = 6 * 3_600_000;

export default definePart(config)({
  deps: { db: core.storage, secrets: core.secrets, jobs: core.jobs, http: core.http, site: siteConfiguration, audit: auditTrail },
  create({ db, secrets, jobs, http, site, audit }) {
    const store = new MailStore(db, secrets);
    return { store, queue: new MailQueue(store, jobs, site), http, audit };
  },
  register(r) {
    r.provide(mailer, ({ queue }) => queue);
    r.contribute(accountMail, ({ queue }) => queue);
    r.contribute(siteConfigurationSchemas, () => mailSchema);
    r.contribute(systemChecks, (mail, ctx) => smtpCheck({ ...mail, timeout: () => ctx.config.get().timeout }));
    r.graphql(() => import('./graphql.js'));
    r.job(sendMail, (mail, { id }, job) => sendMailJob(id, mail, job));
    r.job(trimMails, ({ store }) => store.trim());
    r.schedule({ id: 'trim-mails', job: trimMails, every: TRIM_EVERY });
    r.health('mail', async ({ store }) => {
      const { failed, lastFailure, lastError } = await store.standing();
      const reason =
        failed > 0 ? `${failed} mails were given up within a week; the last one: ${lastFailure}` : lastError && `mail waits: ${lastError}`;
      return reason ? { status: 'degraded', reason } : { status: 'up' };
    });
  },
});
