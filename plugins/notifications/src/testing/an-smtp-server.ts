import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly raw: string;
}

export interface SmtpBehaviour {
  readonly tls?: boolean;
  readonly user?: { readonly name: string; readonly password: string };
  /** The answer to the nth recipient since the start; undefined accepts. */
  readonly refuse?: (n: number) => { readonly status: number; readonly text: string } | undefined;
  /** Milliseconds before the answer to a mail's content; `never` for a server that hangs. */
  readonly slow?: number | 'never';
}

/** A real mail server in this process. */
export class AnSmtpServer implements AsyncDisposable {
  readonly received: ReceivedMail[] = [];
  recipients = 0;
  open = 0;
  mostOpen = 0;

  private constructor(private readonly server: SMTPServer) {}

  static async start({ tls = false, user, refuse = () => undefined, slow = 0 }: SmtpBehaviour = {}): Promise<AnSmtpServer> {
    const options: SMTPServerOptions = {
      disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
      authOptional: !user,
      authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
      // The tests say when a password may come in clear.
      allowInsecureAuth: !tls,
      logger: false,
      onConnect: (_session, done) => {
        self.open += 1;
        self.mostOpen = Math.max(self.mostOpen, self.open);
        done();
      },
      onClose: () => {
        self.open -= 1;
      },
      onAuth: (auth, _session, done) => {
        const right = auth.username === user?.name && (auth.validatePassword?.(user?.password ?? '') || auth.password === user?.password);
        done(
          right ? null : Object.assign(new Error('5.7.8 bad credentials'), { responseCode: 535 }),
          right ? { user: auth.username } : undefined,
        );
      },
      onRcptTo: (_address, _session, done) => {
        self.recipients += 1;
        const refusal = refuse(self.recipients);
        done(refusal ? Object.assign(new Error(refusal.text), { responseCode: refusal.status }) : null);
      },
      onData: (stream, session, done) => {
        let raw = '';
        stream.on('data', (chunk: Buffer) => {
          raw += chunk.toString();
        });
        stream.on('end', () => {
          if (slow === 'never') return;
          setTimeout(() => {
            const { mailFrom, rcptTo } = session.envelope;
            self.received.push({
              from: mailFrom ? mailFrom.address : '',
              to: rcptTo.map(({ address }) => address),
              secure: session.secure,
              user: session.user as string | undefined,
              raw,
            });
            done();
          }, slow);
        });
      },
    };
    const server = new SMTPServer(options);
    server.on('error', () => undefined);
    const self: AnSmtpServer = new AnSmtpServer(server);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return self;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      for (const connection of this.server.connections) connection.close?.();
    });
  }
}
