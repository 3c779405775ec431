import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { MailStore } from '../storage/mail-store.js';
import type { MailQueue } from './mail-queue.js';
import { type SmtpOptions, smtpFailure, trySmtp } from './smtp.js';

interface CheckParts {
  readonly queue: Pick<MailQueue, 'settings'>;
  readonly store: Pick<MailStore, 'standing'>;
  readonly http: SmtpOptions['http'];
  readonly timeout: () => number;
}

/** Tries the mail server as a mail would, and tells of those that were given up. */
export const smtpCheck = ({ queue, store, http, timeout }: CheckParts): SystemCheck => ({
  name: 'smtp',
  async run({ signal }) {
    const settings = await queue.settings().catch(() => undefined);
    if (!settings) return [{ level: 'ok', what: 'No mail is sent: the site configuration names no mail server.' }];
    const server = `${settings.host}:${settings.port}`;
    const findings: Finding[] = [];
    try {
      await trySmtp(settings, { http, timeout: timeout(), signal });
      findings.push({ level: 'ok', what: `The mail server ${server} takes mail.` });
    } catch (error) {
      findings.push({
        level: 'error',
        what: `The mail server ${server} takes no mail.`,
        why: smtpFailure(error, settings).why,
        code: 'SEXTANT_MAIL_FAILED',
      });
    }
    const { waiting, failed, lastFailure } = await store.standing();
    if (failed > 0)
      findings.push({
        level: 'warning',
        what: `${failed === 1 ? '1 mail was' : `${failed} mails were`} given up within a week.`,
        why: lastFailure,
        code: 'SEXTANT_MAIL_FAILED',
      });
    if (waiting > 0) findings.push({ level: 'ok', what: `${waiting === 1 ? '1 mail waits' : `${waiting} mails wait`} to be sent.` });
    return findings;
  },
});
