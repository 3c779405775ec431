import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, type Resolved } from '@sextant/sdk';
import type { Mailer } from './api.js';
import { MailQueue } from './mail/mail-queue.js';
import { MailStore } from './storage/mail-store.js';

/** What both the part that people ask and the one that sends are built on. */
export const deps = { db: core.storage, secrets: core.secrets, jobs: core.jobs, http: core.http, site: siteConfiguration } as const;

type MailDeps = Pick<Resolved<typeof deps>, 'db' | 'secrets' | 'jobs' | 'site'>;

/** They hold no state of their own: made where they are needed. */
export function mailOf({ db, secrets, jobs, site }: MailDeps) {
  const store = new MailStore(db, secrets);
  return { store, queue: new MailQueue(store, jobs, site) };
}

/** The same in both parts. */
export const provideMailer = (d: MailDeps): Mailer => mailOf(d).queue;
