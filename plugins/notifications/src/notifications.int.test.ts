import identity from '@sextant/plugin-identity';
import site from '@sextant/plugin-site';
import { core, type Storage } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mailer } from './api.js';
import { sendMail } from './mail/jobs.js';
import manifest from './manifest.js';
import { AnSmtpServer, type SmtpBehaviour } from './testing/an-smtp-server.js';

const PASSWORD = 'smtp-canary-7f3a';
const eventually = { timeout: 20_000, interval: 50 };
const MAIL = { to: 'ada@example.com', subject: 'Grüße', text: 'the text of the mail' };

let kernel: TestKernel;
let db: Storage;
let server: AnSmtpServer | undefined;

const aKernel = (notifications: object): Promise<TestKernel> =>
  startTestKernel({ plugins: [identity, site, manifest], config: { plugins: { notifications } } });

beforeAll(async () => {
  kernel = await aKernel({ retryDelay: '1s', maxAttempts: 3, timeout: '2s' });
  db = kernel.service(core.storage, 'notifications');
});
beforeEach(() => db.query('truncate mails'));
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

async function configure(smtp: object | undefined, more: object = {}, of = kernel): Promise<void> {
  const { data } = await of.graphql('{site{configuration{id}}}');
  const input = JSON.stringify({ 'email.address': 'sextant@example.com', ...more, ...(smtp ? { 'email.smtp': smtp } : {}) });
  const { errors } = await of.graphql('mutation($id:Int!,$input:String!){updateSiteConfiguration(lastID:$id,input:$input)}', {
    id: at(data, 'site.configuration.id'),
    input,
  });
  expect(errors).toEqual([]);
}

async function aServer(behaviour: SmtpBehaviour = {}, smtp: object = {}): Promise<AnSmtpServer> {
  server = await AnSmtpServer.start(behaviour);
  await configure({ host: '127.0.0.1', port: server.port, ...smtp });
  return server;
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    const { errors } = (await work) as { errors?: readonly { extensions: Record<string, unknown> }[] };
    return errors?.[0]?.extensions['code'];
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
const standing = async (of = db): Promise<unknown> =>
  (await of.query('select attempts, error, sealed is null as forgotten, failed_at is not null as failed from mails'))[0];
const test = (to: string) => kernel.graphql('mutation($to:String!){sendTestEmail(to:$to)}', { to });
const findings = async () =>
  at((await kernel.graphql('{doctor{plugin check level what why}}')).data, 'doctor') as readonly {
    check: string;
    level: string;
    what: string;
    why: string | null;
  }[];
const ofMail = async () => (await findings()).filter(({ check }) => check === 'smtp');

describe('a mail', () => {
  it('is sent if and only if its transaction commits, once, with its headers', async () => {
    await aServer({}, { additionalHeaders: [{ key: 'X-Site', value: 'here' }] });
    const mails = kernel.service(mailer);
    expect(await mails.configured()).toBe(true);
    const other = kernel.service(core.storage, 'identity');
    await expect(
      other.transaction(async (tx) => {
        await mails.send({ ...MAIL, subject: 'never' }, { tx });
        throw new Error('undone');
      }),
    ).rejects.toThrow();
    await other.transaction((tx) => mails.send({ ...MAIL, html: '<p>the html</p>' }, { tx }));
    await expect.poll(() => server?.received.length, eventually).toBe(1);
    await kernel.jobs.drain();
    const [mail] = server?.received ?? [];
    expect(mail).toMatchObject({ from: 'sextant@example.com', to: ['ada@example.com'], secure: false, user: undefined });
    expect(mail?.raw).toMatch(/^From: Sextant <sextant@example\.com>\r$/m);
    expect(mail?.raw).toMatch(/^Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=\r$/m);
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail?.raw).toMatch(/^X-Site: here\r$/m);
    expect(mail?.raw).toContain('the text of the mail');
    expect(mail?.raw).toContain('<p>the html</p>');
    expect(await standing()).toBeUndefined();
  });

  it('takes an invitation to whoever is invited to an organisation', async () => {
    await aServer();
    const made = await kernel.graphql('mutation($name:String!){createOrganization(name:$name,displayName:$name){id}}', {
      name: 'x'.repeat(250),
    });
    const { data, errors } = await kernel.graphql(
      'mutation($org:ID!){inviteUserToOrganization(organization:$org,email:"new@example.com"){sentInvitationEmail invitationURL}}',
      { org: at(made.data, 'createOrganization.id') },
    );
    expect([errors, at(data, 'inviteUserToOrganization.sentInvitationEmail')]).toEqual([[], true]);
    await expect.poll(() => server?.received.length, eventually).toBe(1);
    expect(server?.received[0]?.to).toEqual(['new@example.com']);
  });

  it.each([
    [{ ...MAIL, to: 'ada@example.com\r\nBcc: eve@example.com' }],
    [{ ...MAIL, to: 'ada@example.com, eve@example.com' }],
    [{ ...MAIL, to: 'Ada <ada@example.com>' }],
    [{ ...MAIL, to: 'nobody' }],
    [{ ...MAIL, subject: 'a\r\nBcc: eve@example.com' }],
    [{ ...MAIL, subject: 'a\u2028b' }],
    [{ ...MAIL, subject: ' ' }],
  ])('with another header in its address or subject is refused: %j', async (mail) => {
    await aServer();
    expect(await codeOf(kernel.service(mailer).send(mail))).toBe('SEXTANT_MAIL_INVALID');
    expect(await codeOf(test(mail.to === MAIL.to ? '' : mail.to))).toBe('SEXTANT_MAIL_INVALID');
  });

  it('is refused while no server is configured', async () => {
    await configure(undefined);
    expect(await kernel.service(mailer).configured()).toBe(false);
    expect(await codeOf(kernel.service(mailer).send(MAIL))).toBe('SEXTANT_MAIL_NOT_CONFIGURED');
    expect(await codeOf(test('ada@example.com'))).toBe('SEXTANT_MAIL_NOT_CONFIGURED');
    expect(await ofMail()).toMatchObject([{ level: 'OK' }]);
  });

  it('that a server puts off comes again, as the same mail (greylisting)', async () => {
    await aServer({ refuse: (n) => (n === 1 ? { status: 451, text: '4.7.1 try again later' } : undefined) });
    await kernel.service(mailer).send(MAIL);
    await expect.poll(() => standing(), eventually).toMatchObject({ attempts: 1, failed: false, error: expect.stringContaining('451') });
    await expect.poll(() => server?.received.length, eventually).toBe(1);
    expect(server?.recipients).toBe(2);
    await expect.poll(() => standing(), eventually).toBeUndefined();
  });

  it('that a server refuses for good is given up and forgotten, and the admin is told', async () => {
    await aServer({ refuse: () => ({ status: 550, text: '5.1.1 no such user' }) });
    await kernel.service(mailer).send(MAIL);
    await expect
      .poll(() => standing(), eventually)
      .toEqual({ attempts: 1, failed: true, forgotten: true, error: expect.stringContaining('no such user') });
    expect(server?.recipients).toBe(1);
    expect(await ofMail()).toMatchObject([{ level: 'WARNING', why: expect.stringContaining('no such user') }, { level: 'OK' }]);
  });

  it('to a server that hangs is tried again, as often as is configured, and the others are not held up', async () => {
    // Of a site of its own: each try lasts as long as its patience.
    const impatient = await aKernel({ retryDelay: '10ms', maxAttempts: 3, timeout: '500ms' });
    server = await AnSmtpServer.start({ slow: 'never' });
    await configure({ host: '127.0.0.1', port: server.port }, {}, impatient);
    await impatient.service(mailer).send(MAIL);
    await expect
      .poll(() => standing(impatient.service(core.storage, 'notifications')), eventually)
      .toMatchObject({ attempts: 3, failed: true, forgotten: true, error: expect.stringMatching(/not finish within 500 ms|[Tt]imeout/) });
    await impatient.stop();
  });

  it('goes out beside a bounded number of others', async () => {
    await aServer({ slow: 100 });
    for (let i = 0; i < 12; i++) await kernel.service(mailer).send({ ...MAIL, subject: `mail ${i}` });
    await expect.poll(() => server?.received.length, eventually).toBe(12);
    expect(server?.mostOpen).toBeLessThanOrEqual(sendMail.concurrency ?? 0);
  });
});

describe('the mail server', () => {
  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('takes a sign-in by %s, inside TLS where it offers it', async (authentication) => {
    const smtp = { username: 'sextant', password: PASSWORD, authentication, noVerifyTLS: true, domain: 'sextant.example.com' };
    await aServer({ tls: authentication !== 'CRAM-MD5', user: { name: 'sextant', password: PASSWORD } }, smtp);
    expect((await test('ada@example.com')).data).toEqual({ sendTestEmail: 'The mail server has taken a mail to ada@example.com.' });
    expect(server?.received).toMatchObject([{ user: 'sextant', secure: authentication !== 'CRAM-MD5' }]);
    expect(await ofMail()).toMatchObject([{ level: 'OK' }]);
  });

  it('is not trusted with a certificate that nobody vouches for', async () => {
    await aServer({ tls: true });
    expect(await codeOf(test('ada@example.com'))).toBe('SEXTANT_MAIL_FAILED');
    expect(server?.received).toEqual([]);
    expect(await ofMail()).toMatchObject([{ level: 'ERROR', why: expect.stringMatching(/certificate|self-signed|expired/) }]);
  });

  it('that refuses the sign-in keeps mail waiting, and the password is nowhere (row 22)', async () => {
    const smtp = { username: 'sextant', password: PASSWORD, authentication: 'PLAIN' };
    await aServer({ user: { name: 'sextant', password: 'another' } }, smtp);
    const { errors } = await test('ada@example.com');
    expect(errors).toMatchObject([{ extensions: { code: 'SEXTANT_MAIL_FAILED' } }]);
    await kernel.service(mailer).send(MAIL);
    await expect.poll(() => standing(), eventually).toMatchObject({ error: expect.stringContaining('535'), failed: false });
    expect(server?.received).toEqual([]);
    const shown = [
      JSON.stringify(errors),
      JSON.stringify(await ofMail()),
      JSON.stringify(
        (
          await kernel.graphql(
            '{site{configuration{effectiveContents history{nodes{redactedContents diff}}}} outboundRequests{nodes{url requestBody}}}',
          )
        ).data,
      ),
      kernel.log.text,
      JSON.stringify(await db.query(`select * from plugin_notifications.mails`)),
      JSON.stringify(await db.query(`select * from kernel.job_history`)),
      JSON.stringify(await db.query(`select * from graphile_worker.jobs`)),
      JSON.stringify(await db.query(`select entry from plugin_identity.audit_log union all select entry from plugin_identity.audit_inbox`)),
      JSON.stringify(await db.query(`select * from plugin_site.configuration_versions`)),
    ].join('\n');
    for (const secret of [
      PASSWORD,
      Buffer.from(PASSWORD).toString('base64'),
      Buffer.from(`\0sextant\0${PASSWORD}`).toString('base64'),
      'the text of the mail',
    ])
      expect(shown).not.toContain(secret);
  });

  it('is none of a cloud’s metadata (row 21)', async () => {
    await configure({ host: '169.254.169.254', port: 25 });
    expect(await codeOf(test('ada@example.com'))).toBe('SEXTANT_MAIL_FAILED');
    expect(await ofMail()).toMatchObject([{ level: 'ERROR', why: expect.stringContaining('metadata') }]);
  });

  it('is for site admins to try, and each try is in the audit log', async () => {
    await aServer();
    await test('ada@example.com');
    const { data } = await kernel.graphql('{auditLog(entity:"email",action:"tested"){totalCount}}');
    expect(at(data, 'auditLog.totalCount')).toBeGreaterThan(0);
  });
});
