import { serviceToken, type Tx } from '@sextant/sdk';

export interface Mail {
  /** One address, such as `ada@example.com`. */
  readonly to: string;
  /** One line, at most 200 characters. */
  readonly subject: string;
  /** Plain text; always sent. */
  readonly text: string;
  /** Besides the text, for programs that show it. What people wrote in it is escaped by who makes it. */
  readonly html?: string;
}

export interface Mailer {
  /** Whether mail can be sent at all, by the site configuration. */
  configured(): Promise<boolean>;
  /**
   * Queues it; sent by a job that retries with back-off. With `tx` (of the database `main`), with that transaction. What it says is stored sealed, and
   * forgotten once it is sent or given up.
   * @throws SEXTANT_MAIL_NOT_CONFIGURED, SEXTANT_MAIL_INVALID
   */
  send(mail: Mail, options?: { readonly tx?: Tx }): Promise<void>;
}

export const mailer = serviceToken<Mailer>('notifications.mailer@1');
