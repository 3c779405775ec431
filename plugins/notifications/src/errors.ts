import { defineError } from '@sextant/sdk';

export const MailNotConfigured = defineError('SEXTANT_MAIL_NOT_CONFIGURED', {
  status: 409,
  summary: 'No mail can be sent: the site configuration has no email.address or no email.smtp.',
  fix: 'Set email.address and email.smtp in the site configuration.',
});
export const InvalidMail = defineError('SEXTANT_MAIL_INVALID', {
  status: 400,
  summary: 'A mail has no usable address or subject.',
  fix: 'Give one address such as ada@example.com, and a subject of one line.',
});
export const MailFailed = defineError('SEXTANT_MAIL_FAILED', {
  status: 502,
  summary: 'The mail server did not take a mail.',
  fix: 'Correct email.smtp in the site configuration, or fix the server.',
});
