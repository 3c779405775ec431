import { describe, expect, it } from 'vitest';
import { mustEncrypt, smtpFailure } from './smtp.js';
import { mailSchema, type SmtpSettings, smtpSettings } from './smtp-settings.js';

const settings = (smtp: object): SmtpSettings =>
  smtpSettings({ 'email.address': 'a@example.com', 'email.smtp': { host: 'mail.example.com', port: 587, ...smtp } }) as SmtpSettings;
const signIn = { username: 'u', password: 'p', authentication: 'PLAIN' };

describe('a password', () => {
  it.each([
    ['PLAIN', '192.0.2.1', 587, true],
    ['LOGIN', '2001:db8::1', 25, true],
    ['PLAIN', '127.0.0.1', 587, false],
    ['PLAIN', '::1', 587, false],
    ['PLAIN', '::ffff:127.0.0.1', 587, false],
    ['CRAM-MD5', '192.0.2.1', 25, false],
    ['PLAIN', '192.0.2.1', 465, false],
    ['none', '192.0.2.1', 25, false],
  ])('by %s to %s:%i needs STARTTLS first: %j', (authentication, address, port, needed) => {
    expect(mustEncrypt(settings({ ...signIn, authentication, port }), address)).toBe(needed);
  });

  it('is not in what an error says', () => {
    const { why } = smtpFailure(new Error('auth with hunter22 (aHVudGVyMjI=)\r\nfailed'), { password: 'hunter22' });
    expect(why).toBe('auth with REDACTED (REDACTED) failed');
  });
});

describe('the site configuration of mail', () => {
  it.each([
    [{ 'email.address': 'a@example.com\r\nBcc: b@example.com' }],
    [{ 'email.address': 'a@example.com', 'email.senderName': 'a\nb' }],
    [{ 'email.smtp': { host: 'h', port: 25, additionalHeaders: [{ key: 'Bcc', value: 'b@example.com' }] } }],
    [{ 'email.smtp': { host: 'h', port: 25, additionalHeaders: [{ key: 'X-A', value: 'a\r\nBcc: b@example.com' }] } }],
    [{ 'email.smtp': { host: 'h', port: 25, additionalHeaders: [{ key: 'X A', value: 'a' }] } }],
    [{ 'email.smtp': { host: 'h\r\n', port: 25 } }],
    [{ 'email.smtp': { host: 'h', port: 0 } }],
    [{ 'email.smtp': { host: 'h', port: 25, authentication: 'GSSAPI' } }],
  ])('takes no other header, no port that is none and no unknown way to sign in: %j', (configuration) => {
    expect(mailSchema.safeParse(configuration).success).toBe(false);
  });

  it('is none without a sender or without a server', () => {
    expect(smtpSettings({})).toBeUndefined();
    expect(smtpSettings({ 'email.address': 'a@example.com' })).toBeUndefined();
    expect(smtpSettings({ 'email.smtp': { host: 'h', port: 25 } })).toBeUndefined();
    expect(settings({})).toMatchObject({ from: { name: 'Sextant', address: 'a@example.com' }, authentication: 'none' });
  });
});
