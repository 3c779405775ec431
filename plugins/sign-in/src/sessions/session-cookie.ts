import { parseCookie, type SerializeOptions, stringifySetCookie } from 'cookie';

const NAME = 'sgs';

/** The cookies of one installation: bound to its path, to TLS where people reach it by TLS, and never to a domain, so that neighbours do not get them. */
export class Cookies {
  readonly secure: boolean;
  readonly #path: string;

  /** @param externalUrl where people reach Sextant */
  constructor(externalUrl: string) {
    const { protocol, pathname } = new URL(externalUrl);
    this.secure = protocol === 'https:';
    this.#path = pathname.replace(/\/$/, '') || '/';
  }

  /** @param maxAge milliseconds */
  session(value: string, maxAge: number): string {
    return stringifySetCookie(NAME, value, { ...this.#common('lax'), maxAge: Math.floor(maxAge / 1000) });
  }

  noSession(): string {
    return stringifySetCookie(NAME, '', { ...this.#common('lax'), maxAge: 0 });
  }

  /**
   * What is kept while somebody is at a provider. One that answers by a posted form comes from another site: where TLS allows it the cookie comes along,
   * without it browsers send it for two minutes only if it says nothing of sites.
   */
  flow(name: string, value: string, maxAge: number): string {
    return stringifySetCookie(name, value, { ...this.#common(this.secure ? 'none' : undefined), maxAge: Math.floor(maxAge / 1000) });
  }

  #common(sameSite: 'lax' | 'none' | undefined): SerializeOptions {
    return { path: this.#path, httpOnly: true, secure: this.secure, ...(sameSite ? { sameSite } : {}) };
  }
}

/**
 * The id of the session that a request names. `several`: a neighbour under the same domain may have set the second one, and which of them the
 * browser puts first is the neighbour's choice.
 */
export function presentedSession(header: string | undefined): string | 'several' | undefined {
  if (header === undefined) return undefined;
  const values = new Set(
    header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${NAME}=`)),
  );
  return values.size > 1 ? 'several' : parseCookie(header)[NAME] || undefined;
}

export const cookieOf = (header: string | undefined, name: string): string | undefined =>
  header === undefined ? undefined : parseCookie(header)[name];
