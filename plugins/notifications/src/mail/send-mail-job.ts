import type { JobContext, RetryLater } from '@sextant/sdk';
import type { config } from '../config.js';
import type { MailStore } from '../storage/mail-store.js';
import type { MailQueue } from './mail-queue.js';
import { type SmtpOptions, sendBySmtp, smtpFailure } from './smtp.js';

export interface SendingParts {
  readonly store: Pick<MailStore, 'find' | 'sent' | 'failed'>;
  readonly queue: Pick<MailQueue, 'settings'>;
  readonly http: SmtpOptions['http'];
}

const LONGEST_DELAY = 3_600_000;
const GROWTH = 3;

/** Sends a mail that is still to be sent, once; where that fails and tries are left, it wants to be run again later. */
export async function sendMailJob(
  id: string,
  { store, queue, http }: SendingParts,
  job: Pick<JobContext<typeof config>, 'config' | 'signal' | 'log' | 'retryLater'>,
): Promise<void | RetryLater> {
  const queued = await store.find(id);
  if (!queued) return;
  const { timeout, maxAttempts, retryDelay } = job.config;
  const settings = await queue.settings().catch(() => undefined);
  if (!settings) return job.retryLater('no mail server is configured', { after: LONGEST_DELAY });
  const domain = settings.from.address.slice(settings.from.address.indexOf('@') + 1);
  try {
    await sendBySmtp({ ...queued.mail, messageId: `<${id}@${domain}>` }, settings, { http, timeout, signal: job.signal });
    return await store.sent(id);
  } catch (error) {
    // The process stops: that is no fault of the mail's or the server's.
    job.signal.throwIfAborted();
    const { why, isFinal } = smtpFailure(error, settings);
    const made = queued.attempts + 1;
    const forGood = isFinal || made >= maxAttempts;
    await store.failed(id, why, { forGood });
    if (!forGood)
      return job.retryLater(`try ${made} of ${maxAttempts} failed`, { after: Math.min(retryDelay * GROWTH ** (made - 1), LONGEST_DELAY) });
    job.log.warn('A mail could not be delivered.', { mail: id, attempts: made, why });
  }
}
