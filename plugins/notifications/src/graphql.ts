import { randomUUID } from 'node:crypto';
import { defineGraphQL } from '@sextant/sdk';
import { MailFailed } from './errors.js';
import { checkMail } from './mail/mail-queue.js';
import { sendBySmtp, smtpFailure } from './mail/smtp.js';
import type part from './part.js';
import { type Resolvers, schema } from './schema.generated.js';

export default defineGraphQL<typeof part>()({
  schema,
  resolvers: ({ queue, audit, http }, ctx): Resolvers => ({
    Mutation: {
      sendTestEmail: async (_parent, { to }, { actor, signal }) => {
        const mail = { to, subject: 'A mail from Sextant', text: 'This mail tries the configuration of Sextant: it works.\n' };
        checkMail(mail);
        const settings = await queue.settings();
        await audit.record('email', 'tested', { actor });
        const domain = settings.from.address.slice(settings.from.address.indexOf('@') + 1);
        try {
          const messageId = `<${randomUUID()}@${domain}>`;
          await sendBySmtp({ ...mail, messageId }, settings, { http, timeout: ctx.config.get().timeout, signal });
        } catch (cause) {
          throw new MailFailed({
            what: `The mail server ${settings.host}:${settings.port} did not take the mail.`,
            why: smtpFailure(cause, settings).why,
          });
        }
        return `The mail server has taken a mail to ${to}.`;
      },
    },
  }),
});
