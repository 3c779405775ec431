import { connect } from 'node:net';

/** Where ssh connects, and the name by which it knows the host's key all the same. */
export interface SshPin {
  readonly address: string;
  readonly hostKeyAlias: string;
}

/** Milliseconds in which one of several addresses must answer. */
const PATIENCE = 10_000;

/**
 * Options for an ssh that is to look up no name.
 * @param url of ssh; its port counts
 * @param addresses as `core.http` gives them; of several the first that takes a connection, since ssh is told of one alone
 */
export async function pinSsh(url: string, addresses: readonly string[], signal: AbortSignal): Promise<SshPin> {
  const { hostname, port } = new URL(url);
  const name = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const [first = ''] = addresses;
  return {
    address: addresses.length > 1 ? await firstThatAnswers(addresses, Number(port || 22), signal) : first,
    // As ssh itself writes it into its file of known hosts.
    hostKeyAlias: port === '' || port === '22' ? name : `[${name}]:${port}`,
  };
}

/** None answers: the first, and ssh tells what is wrong with it. */
function firstThatAnswers(addresses: readonly string[], port: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: 'pinned',
      port,
      autoSelectFamily: true,
      lookup: (_name, _options, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
    });
    const end = (address = addresses[0] ?? ''): void => {
      limit.removeEventListener('abort', give);
      socket.destroy();
      resolve(address);
    };
    const give = (): void => end();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    limit.addEventListener('abort', give, { once: true });
    socket.once('connect', () => end(socket.remoteAddress));
    socket.once('error', give);
  });
}
