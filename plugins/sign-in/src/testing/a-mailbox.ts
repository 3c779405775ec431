import { smallPlugin } from '@sextant/plugin-identity/testing';
import { mailer } from '@sextant/plugin-notifications/api';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The plugin `notifications` as far as letters go, which are kept. */
export class AMailbox {
  readonly letters: Letter[] = [];

  readonly plugin = smallPlugin('notifications', (r) =>
    r.provide(mailer, () => ({ configured: async () => true, send: async (letter) => void this.letters.push(letter) })),
  );

  /** The code of the newest link of that page that was mailed to the address. */
  code(page: string, to: string): string | undefined {
    const letter = this.letters.findLast(({ to: address, text }) => address === to && text.includes(`/-/${page}?`));
    return /code=([\w-]{43})/.exec(letter?.text ?? '')?.[1];
  }
}
