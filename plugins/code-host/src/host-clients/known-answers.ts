import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Cache } from '@sextant/sdk';

/** An answer that a host has confirmed with an `etag`, to be asked for again with `if-none-match`. */
export interface KnownAnswer {
  readonly etag: string;
  /** The body, compressed: a page of a hundred repositories is half a megabyte of mostly the same addresses. */
  readonly packed: string;
  readonly type: string;
  readonly link: string | undefined;
}

const KEPT = 24 * 60 * 60_000;
const LONGEST = 8 * 1024 * 1024;
const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** The answers of hosts, for as long as they hold: what has not changed costs a host nothing, and most of them do not count it. */
export class KnownAnswers {
  constructor(private readonly cache: Cache) {}

  find(spender: string, url: URL): Promise<KnownAnswer | undefined> {
    return this.cache.get<KnownAnswer>(keyOf(spender, url));
  }

  async keep(spender: string, url: URL, headers: Headers, text: string): Promise<void> {
    const etag = headers.get('etag');
    if (etag === null || text.length > LONGEST) return;
    const packed = (await pack(text)).toString('base64');
    const answer = { etag, packed, type: headers.get('content-type') ?? '', link: headers.get('link') ?? undefined };
    await this.cache.set<KnownAnswer>(keyOf(spender, url), answer, { ttl: KEPT });
  }
}

export const bodyOf = async ({ packed }: KnownAnswer): Promise<string> => (await unpack(Buffer.from(packed, 'base64'))).toString();

/** What one credential is shown, another may not be. */
const keyOf = (spender: string, url: URL): string => `answers/${createHash('sha256').update(`${spender}\n${url.href}`).digest('hex')}`;
