import { SextantError } from '@sextant/sdk';

/** Where a process listens for others. */
export type RemoteAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly secure: boolean };

/** @throws SEXTANT_REMOTE_ADDRESS */
export function parseRemoteAddress(text: string): RemoteAddress {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return {
      kind: 'tcp',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
      secure: url.protocol === 'https:',
    };
  }
  const bare = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text);
  if (bare?.[1] && Number(bare[2]) <= 65_535) return { kind: 'tcp', host: bare[1], port: Number(bare[2]), secure: false };
  throw new SextantError('SEXTANT_REMOTE_ADDRESS', {
    what: `"${text}" is not an address of a Sextant process.`,
    fix: 'Write http://host:port, https://host:port or unix:/path/to/socket.',
  });
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
