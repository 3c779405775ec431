import { createHash } from 'node:crypto';
import type { Cache } from '@sextant/sdk';

/** An answer that a host has confirmed with an `etag`, to be asked for again with `if-none-match`. */
export interface KnownAnswer {
  readonly etag: string;
  readonly text: string;
  readonly type: string;
  readonly link: string | undefined;
}

const KEPT = 24 * 60 * 60_000;
const LONGEST = 512 * 1024;

/** The answers of hosts, for as long as they hold: what has not changed costs a host nothing, and most of them do not count it. */
export class KnownAnswers {
  constructor(private readonly cache: Cache) {}

  find(spender: string, url: URL): Promise<KnownAnswer | undefined> {
    return this.cache.get<KnownAnswer>(keyOf(spender, url));
  }

  async keep(spender: string, url: URL, headers: Headers, text: string): Promise<void> {
    const etag = headers.get('etag');
    if (etag === null || text.length > LONGEST) return;
    const answer = { etag, text, type: headers.get('content-type') ?? '', link: headers.get('link') ?? undefined };
    await this.cache.set<KnownAnswer>(keyOf(spender, url), answer, { ttl: KEPT });
  }
}

/** What one credential is shown, another may not be. */
const keyOf = (spender: string, url: URL): string => `answers/${createHash('sha256').update(`${spender}\n${url.href}`).digest('hex')}`;
