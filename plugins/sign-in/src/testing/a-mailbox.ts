import { mailer } from '@sextant/plugin-notifications/api';
import { definePart, definePlugin, z } from '@sextant/sdk';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const config = z.object({});

/** The plugin `notifications` as far as letters go, which are kept. */
export class AMailbox {
  readonly letters: Letter[] = [];

  readonly plugin = definePlugin({
    id: 'notifications',
    version: '1.0.0',
    title: 'Mailbox',
    summary: 'Keeps letters.',
    engines: { kernel: '^1.0.0' },
    toggle: 'always-on',
    config,
    parts: {
      api: async () => ({
        default: definePart(config)({
          deps: {},
          register: (r) =>
            r.provide(mailer, () => ({ configured: async () => true, send: async (letter) => void this.letters.push(letter) })),
        }),
      }),
    },
  });

  /** The code of the newest link of that page that was mailed to the address. */
  code(page: string, to: string): string | undefined {
    const letter = this.letters.findLast(({ to: address, text }) => address === to && text.includes(`/-/${page}?`));
    return /code=([\w-]{43})/.exec(letter?.text ?? '')?.[1];
  }
}
