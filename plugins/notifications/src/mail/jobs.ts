import { defineJob, z } from '@sextant/sdk';

/** Sends one mail. That a server does not take it is no failure of the job, which decides itself when to try again. */
export const sendMail = defineJob('notifications.send-mail', {
  payload: z.object({ id: z.uuid() }),
  maxAttempts: 5,
  timeout: 300_000,
  concurrency: 4,
  waits: true,
});
export const trimMails = defineJob('notifications.trim-mails', { payload: z.object({}) });
