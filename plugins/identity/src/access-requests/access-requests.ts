import { addressBlock, type Clock, type Limits, SextantError, type Storage } from '@sextant/sdk';
import type { Alongside } from '../accounts.js';
import type { AccessRequests as AccessRequestsService } from '../api.js';
import { parseEmail } from '../emails.js';
import { type AccessRequest, type AccessRequestStatus, AccessRequestStore } from '../storage/access-request-store.js';
import { parseDisplayName } from '../username.js';

const MAX_INFO = 2000;
/** Waiting ones that are kept: whoever sends more fills a list that nobody reads. */
const MAX_PENDING = 1000;
const HOUR = 3_600_000;
const PER_ADDRESS = { capacity: 5, per: HOUR } as const;
const OF_ALL = { capacity: 100, per: HOUR } as const;

export class AccessRequests implements AccessRequestsService {
  readonly store: AccessRequestStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly limits: Limits,
    private readonly allowed: () => Promise<boolean>,
  ) {
    this.store = new AccessRequestStore(db);
  }

  enabled(): Promise<boolean> {
    return this.allowed();
  }

  async request(person: { readonly name: string; readonly email: string; readonly additionalInfo?: string }, from: string): Promise<void> {
    if (!(await this.allowed())) {
      throw new SextantError('SEXTANT_ACCESS_REQUEST_REFUSED', {
        what: 'This site takes no requests for access.',
        fix: 'Ask a site admin in person.',
      });
    }
    const sound = checked(person);
    await this.#take(`access-requests:${addressBlock(from)}`, PER_ADDRESS);
    await this.#take('access-requests', OF_ALL);
    if ((await this.store.count('PENDING')) >= MAX_PENDING) throw throttled(HOUR);
    await this.store.save(sound, this.clock.now());
  }

  /** @throws SEXTANT_ACCESS_REQUEST_NOT_FOUND. */
  async decide(
    id: number,
    status: AccessRequestStatus,
    byUserId: number | undefined,
    alongside: Alongside<AccessRequest>,
  ): Promise<AccessRequest> {
    return this.db.transaction(async (tx) => {
      const by = status === 'PENDING' ? undefined : byUserId;
      const request = await new AccessRequestStore(tx).decide(id, status, by, this.clock.now());
      if (!request)
        throw new SextantError('SEXTANT_ACCESS_REQUEST_NOT_FOUND', { what: 'The request for access was not found.', fix: 'Check its id.' });
      await alongside(tx, request);
      return request;
    });
  }

  async #take(key: string, bucket: { readonly capacity: number; readonly per: number }): Promise<void> {
    const decision = await this.limits.take(key, bucket);
    if (!decision.allowed) throw throttled(decision.retryAfter);
  }
}

function checked(person: { readonly name: string; readonly email: string; readonly additionalInfo?: string }): {
  readonly name: string;
  readonly email: string;
  readonly additionalInfo: string | undefined;
} {
  const info = person.additionalInfo?.trim() ?? '';
  // Site admins read this, in pages and on terminals.
  if (info.length > MAX_INFO || /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u.test(info))
    throw invalid(`What is said besides must be at most ${MAX_INFO} printable characters.`);
  const name = attempt(() => parseDisplayName(person.name));
  if (name === undefined) throw invalid('A name must be given, of printable characters.');
  return { name, email: attempt(() => parseEmail(person.email.trim())) ?? '', additionalInfo: info === '' ? undefined : info };
}

function attempt<V>(parse: () => V): V {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SextantError ? invalid(error.message) : error;
  }
}

const invalid = (why: string): SextantError =>
  new SextantError('SEXTANT_ACCESS_REQUEST_INVALID', { what: 'The request for access is malformed.', why, fix: 'Correct it.' });
const throttled = (retryAfter: number): SextantError =>
  new SextantError('SEXTANT_ACCESS_REQUEST_THROTTLED', {
    what: 'Too many requests for access were sent.',
    fix: 'Try again later.',
    details: { retryAfter },
  });
