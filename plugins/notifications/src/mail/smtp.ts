import type { LookupAddress } from 'node:dns';
import { connect, isIPv6, type LookupFunction, type Socket } from 'node:net';
import type { OutboundHttp } from '@sextant/sdk';
import type { createTransport } from 'nodemailer';
import type { Mail } from '../api.js';
import type { SmtpSettings } from './smtp-settings.js';

export interface SmtpOptions {
  readonly http: Pick<OutboundHttp, 'resolve'>;
  /** Milliseconds of silence, and of all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface SmtpFailure {
  /** In words, without a password. */
  readonly why: string;
  /** The server will not take this mail, however often it comes. */
  readonly isFinal: boolean;
}

/** Hands one mail to the server. @throws what {@link smtpFailure} reads. */
export async function sendBySmtp(
  mail: Mail & { /** The same at each try. */ readonly messageId: string },
  settings: SmtpSettings,
  options: SmtpOptions,
): Promise<void> {
  await within(settings, options, (transport, signal) =>
    transport.sendMail({
      from: settings.from,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      ...(mail.html === undefined ? {} : { html: mail.html }),
      messageId: mail.messageId,
      // So that no absence notice answers it.
      headers: [{ key: 'Auto-Submitted', value: 'auto-generated' }, ...settings.additionalHeaders],
      signal,
    }),
  );
}

/** Connects, greets, and signs in, and sends nothing. @throws what {@link smtpFailure} reads. */
export async function trySmtp(settings: SmtpSettings, options: SmtpOptions): Promise<void> {
  await within(settings, options, (transport) => transport.verify());
}

/** What went wrong, for people. */
export function smtpFailure(error: unknown, { password }: Pick<SmtpSettings, 'password'>): SmtpFailure {
  const { code, responseCode, message } = (error ?? {}) as { code?: unknown; responseCode?: unknown; message?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : 0;
  const text = typeof message === 'string' ? message : String(error);
  const shown = password
    ? [password, Buffer.from(password).toString('base64')].reduce((t, secret) => t.replaceAll(secret, 'REDACTED'), text)
    : text;
  return {
    why: shown.replace(/[\p{Cc}]+/gu, ' ').slice(0, 500),
    // A refused sign-in is the site's to mend, and the mail can wait for it. What the mail itself is refused for stays.
    isFinal: status >= 500 && status < 600 && (code === 'EENVELOPE' || code === 'EMESSAGE'),
  };
}

type Transport = Awaited<ReturnType<typeof transportOf>>;

async function within<R>(
  settings: SmtpSettings,
  options: SmtpOptions,
  work: (transport: Transport, signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const deadline = AbortSignal.timeout(options.timeout);
  const signal = AbortSignal.any([options.signal, deadline]);
  const addresses = await options.http.resolve(urlOf(settings), { from: 'admin', signal });
  const sockets = new Set<Socket>();
  const transport = await transportOf(settings, addresses, options.timeout, sockets);
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(transport, signal);
  } catch (error) {
    if (deadline.aborted && !options.signal.aborted)
      throw new Error(`The mail server did not finish within ${options.timeout} ms.`, { cause: error });
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
    stop();
  }
}

const urlOf = ({ host, port }: SmtpSettings): string => `smtp://${isIPv6(host) ? `[${host}]` : host}:${port}`;

async function transportOf(
  settings: SmtpSettings,
  addresses: readonly string[],
  timeout: number,
  sockets: Set<Socket>,
): Promise<ReturnType<typeof createTransport>> {
  // Loaded by the first mail: most processes never send one.
  const nodemailer = await import('nodemailer');
  const { host, port, username, password, authentication } = settings;
  const signsIn = hasCredential(settings);
  return nodemailer.createTransport({
    host,
    port,
    secure: port === 465,
    name: settings.domain,
    ...(signsIn ? { auth: { user: username, pass: password }, authMethod: authentication, forceAuth: true } : {}),
    tls: { rejectUnauthorized: !settings.noVerifyTLS },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    // To the addresses that were checked, and to none that the name leads to by then.
    getSocket: (_options: unknown, done: (error: Error | null, options?: object) => void) => {
      const socket = connect({ host, port, lookup: lookupOf(addresses), timeout });
      sockets.add(socket);
      socket.once('error', done).once('timeout', () => socket.destroy(new Error(`The mail server ${host}:${port} does not answer.`)));
      socket.once('connect', () => {
        socket.removeListener('error', done).removeAllListeners('timeout');
        done(null, { connection: socket, requireTLS: mustEncrypt(settings, socket.remoteAddress ?? '') });
      });
    },
  });
}

const lookupOf =
  (addresses: readonly string[]): LookupFunction =>
  (_hostname, options, done) => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const [first] = found;
    if (!first) done(new Error('no address'), '');
    else if (options.all) done(null, found);
    else done(null, first.address, first.family);
  };

const hasCredential = ({ authentication, username, password }: SmtpSettings): boolean =>
  authentication !== 'none' && username !== undefined && password !== undefined && password !== '';

/** A password that could be read on the way goes to this machine alone: elsewhere the server must offer TLS first. */
export const mustEncrypt = (settings: SmtpSettings, remoteAddress: string): boolean =>
  hasCredential(settings) && settings.authentication !== 'CRAM-MD5' && settings.port !== 465 && !isLoopback(remoteAddress);

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
