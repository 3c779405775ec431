import { Secret } from '@sextant/sdk';

/**
 * Whether the configuration of a connection, which admins alone write, names the host: by itself, or in a URL. An address that a host told in its
 * answers may be of any other machine, and is then of somebody else's choice.
 */
export function namesHost(config: unknown, hostname: string): boolean {
  if (typeof config === 'string') return hostOf(config) === hostname.toLowerCase();
  if (typeof config !== 'object' || config === null || config instanceof Secret) return false;
  return Object.values(config).some((value) => namesHost(value, hostname));
}

const hostOf = (text: string): string =>
  (text.includes('://') && URL.canParse(text) ? new URL(text).hostname : text.replace(/:\d+$/, '')).toLowerCase();
