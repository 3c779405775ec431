import { extensionPoint, type Tx } from '@sextant/sdk';

/** Mails to people about their accounts. Contributed by whoever sends mails; nobody: links are given to whoever asks for them. */
export interface AccountMail {
  configured(): Promise<boolean>;
  /** Queues it; with `tx`, when that commits. */
  send(
    message: { readonly to: string; readonly subject: string; readonly text: string; readonly html?: string },
    options?: { readonly tx?: Tx },
  ): Promise<void>;
}

/** A point, since who sends mails needs the site's configuration, which needs this plugin. */
export const accountMail = extensionPoint<AccountMail>('identity.mail@1', { arity: 'one' });
