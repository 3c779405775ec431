export interface TransportSecurity {
  readonly enabled: boolean;
  /** Milliseconds that browsers remember it; 0 makes them forget. */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
}

const DEFAULT: TransportSecurity = { enabled: true, maxAge: 365 * 86_400_000, includeSubDomains: false };

/**
 * Strict-Transport-Security (RFC 6797) where people reach Sextant by https. A proxy ends TLS, so that is told by the external URL; browsers ignore the header on
 * answers that come by plain HTTP.
 */
export function transportSecurityHeaders({
  externalUrl,
  hsts = DEFAULT,
}: {
  readonly externalUrl?: string;
  readonly hsts?: TransportSecurity;
}): readonly (readonly [name: string, value: string])[] {
  if (!hsts.enabled || externalUrl === undefined || !/^https:/i.test(externalUrl)) return [];
  const subDomains = hsts.includeSubDomains ? '; includeSubDomains' : '';
  return [['Strict-Transport-Security', `max-age=${Math.floor(hsts.maxAge / 1000)}${subDomains}`]];
}
