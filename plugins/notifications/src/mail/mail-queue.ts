import type { SiteConfiguration } from '@sextant/plugin-site/api';
import type { Jobs, Tx } from '@sextant/sdk';
import type { Mail, Mailer } from '../api.js';
import { InvalidMail, MailNotConfigured } from '../errors.js';
import type { MailStore } from '../storage/mail-store.js';
import { isAddress, isLine } from './address.js';
import { sendMail } from './jobs.js';
import { type SmtpSettings, smtpSettings } from './smtp-settings.js';

const LONGEST_SUBJECT = 200;
const LONGEST_BODY = 1024 * 1024;

/** Takes mails, and has jobs send them. */
export class MailQueue implements Mailer {
  constructor(
    private readonly store: MailStore,
    private readonly jobs: Pick<Jobs, 'enqueue'>,
    private readonly site: SiteConfiguration,
  ) {}

  async configured(): Promise<boolean> {
    return smtpSettings(await this.site.effective()) !== undefined;
  }

  /** @throws SEXTANT_MAIL_NOT_CONFIGURED */
  async settings(): Promise<SmtpSettings> {
    const settings = smtpSettings(await this.site.effective());
    if (settings) return settings;
    throw new MailNotConfigured({
      what: 'No mail can be sent.',
      why: 'The site configuration has no email.address, or no email.smtp.',
    });
  }

  async send(mail: Mail, { tx }: { readonly tx?: Tx } = {}): Promise<void> {
    checkMail(mail);
    await this.settings();
    const id = await this.store.add(mail, tx);
    await this.jobs.enqueue(sendMail, { id }, tx ? { tx } : {});
  }
}

/** @throws SEXTANT_MAIL_INVALID */
export function checkMail({ to, subject, text, html }: Mail): void {
  const why = !isAddress(to)
    ? 'It is not to one address.'
    : subject.trim() === '' || !isLine(subject, LONGEST_SUBJECT)
      ? `Its subject is not one line of at most ${LONGEST_SUBJECT} characters.`
      : text.length > LONGEST_BODY || (html?.length ?? 0) > LONGEST_BODY
        ? 'It is longer than 1 MiB.'
        : undefined;
  if (why !== undefined)
    throw new InvalidMail({
      what: 'The mail cannot be sent.',
      why,
    });
}
