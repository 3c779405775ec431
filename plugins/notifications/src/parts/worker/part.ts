import { definePart } from '@sextant/sdk';
import { mailer } from '../../api.js';
import { config } from '../../config.js';
import { sendMail, trimMails } from '../../mail/jobs.js';
import { sendMailJob } from '../../mail/send-mail-job.js';
import { storage } from '../../storage/definition.js';
import { deps, mailOf, provideMailer } from '../../wiring.js';

const TRIM_EVERY = 6 * 3_600_000;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.provide(mailer, provideMailer);
    r.job(sendMail, ({ id }, d, job) => sendMailJob(id, { ...mailOf(d), http: d.http }, job));
    r.job(trimMails, (_payload, d) => mailOf(d).store.trim());
    r.schedule({ id: 'trim-mails', job: trimMails, every: TRIM_EVERY });
  },
});
