import { parseCookie, type SerializeOptions, stringifySetCookie } from 'cookie';

const NAME = 'sgs';
/** Browsers take a cookie of such a name from this very host alone, by TLS and for all its paths: no neighbour under the same domain can set it. */
const OF_THE_HOST = '__Host-';

/**
 * The cookies of one installation: bound to TLS where people reach it by TLS, and never to a domain, so that neighbours do not get them. Where it has a host for itself
 * neighbours cannot set them either; below a path its sessions are bound to that instead, since whatever else is at the host would get them.
 */
export class Cookies {
  readonly secure: boolean;
  readonly #path: string;
  readonly #session: string;

  /** @param externalUrl where people reach Sextant */
  constructor(externalUrl: string) {
    const { protocol, pathname } = new URL(externalUrl);
    this.secure = protocol === 'https:';
    this.#path = pathname.replace(/\/$/, '') || '/';
    this.#session = this.#step(NAME);
  }

  /** @param maxAge milliseconds */
  session(value: string, maxAge: number): string {
    return stringifySetCookie(this.#session, value, { ...this.#common('lax'), maxAge: Math.floor(maxAge / 1000) });
  }

  noSession(): string {
    return stringifySetCookie(this.#session, '', { ...this.#common('lax'), maxAge: 0 });
  }

  /**
   * The id of the session that a request names. `several`: where neighbours can set it, one may have set the second, and which of them the browser puts first is
   * the neighbour's choice.
   */
  presentedSession(header: string | undefined): string | 'several' | undefined {
    return header === undefined ? undefined : presented(header, this.#session);
  }

  /** What is kept between two steps of a sign-in, for this browser alone. */
  ofStep(name: string, value: string, maxAge: number): string {
    return stringifySetCookie(this.#step(name), value, { ...this.#common('lax'), maxAge: Math.floor(maxAge / 1000) });
  }

  /** Undefined also where there are several: a neighbour may have set one of them. */
  presentedOfStep(header: string | undefined, name: string): string | undefined {
    const value = header === undefined ? undefined : presented(header, this.#step(name));
    return value === 'several' ? undefined : value;
  }

  #step(name: string): string {
    return this.secure && this.#path === '/' ? `${OF_THE_HOST}${name}` : name;
  }

  /**
   * What is kept while somebody is at a provider. One that answers by a posted form comes from another site: where TLS allows it the cookie comes along,
   * without it browsers send it for two minutes only if it says nothing of sites. A neighbour that could set it would have somebody finish what the neighbour began:
   * sign in as, or link their account to, another person.
   */
  flow(name: string, value: string, maxAge: number): string {
    const common = this.#common(this.secure ? 'none' : undefined);
    return stringifySetCookie(this.#flow(name), value, {
      ...common,
      // What is in it is sealed: what else is at the host may get it.
      ...(this.secure ? { path: '/' } : {}),
      maxAge: Math.floor(maxAge / 1000),
    });
  }

  presentedFlow(header: string | undefined, name: string): string | undefined {
    return header === undefined ? undefined : parseCookie(header)[this.#flow(name)];
  }

  #flow(name: string): string {
    return this.secure ? `${OF_THE_HOST}${name}` : name;
  }

  #common(sameSite: 'lax' | 'none' | undefined): SerializeOptions {
    return { path: this.#path, httpOnly: true, secure: this.secure, ...(sameSite ? { sameSite } : {}) };
  }
}

function presented(header: string, name: string): string | 'several' | undefined {
  const values = new Set(
    header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${name}=`)),
  );
  return values.size > 1 ? 'several' : parseCookie(header)[name] || undefined;
}
