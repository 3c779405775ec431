import { randomUUID } from 'node:crypto';
import { defineGraphQL, type Operation, SextantError } from '@sextant/sdk';
import type { config } from '../../config.js';
import { checkMail } from '../../mail/mail-queue.js';
import { sendBySmtp, smtpFailure } from '../../mail/smtp.js';
import { mailOf } from '../../wiring.js';
import type { apiDeps } from './deps.js';

export default defineGraphQL<typeof apiDeps, typeof config>()({
  typeDefs: /* GraphQL */ `
    extend type Mutation {
      "Sends a mail to try the configuration, at once, and answers with how that went."
      sendTestEmail(to: String!): String! @requires(role: SITE_ADMIN)
    }
  `,
  resolvers: (d, ctx) => ({
    Mutation: {
      sendTestEmail: async (_parent, { to }: { readonly to: string }, { actor, signal }: Operation) => {
        const mail = { to, subject: 'A mail from Sextant', text: 'This mail tries the configuration of Sextant: it works.\n' };
        checkMail(mail);
        const settings = await mailOf(d).queue.settings();
        await d.audit.record('email', 'tested', { actor });
        const domain = settings.from.address.slice(settings.from.address.indexOf('@') + 1);
        try {
          await sendBySmtp({ ...mail, messageId: `<${randomUUID()}@${domain}>` }, settings, {
            http: d.http,
            timeout: ctx.config.get().timeout,
            signal,
          });
        } catch (cause) {
          throw new SextantError('SEXTANT_MAIL_FAILED', {
            what: `The mail server ${settings.host}:${settings.port} did not take the mail.`,
            why: smtpFailure(cause, settings).why,
            fix: 'Correct email.smtp in the site configuration, or mend the server.',
          });
        }
        return `The mail server has taken a mail to ${to}.`;
      },
    },
  }),
});
