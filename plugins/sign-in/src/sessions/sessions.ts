import { type AccountDirectory, signedIn, type User, type UserActors } from '@sextant/plugin-identity/api';
import type { Actor, Clock, Events, Storage, Tx } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import { CONFIRM_PATH } from '../step-up/confirm-path.js';
import { type KeptProviderSession, type Session, SessionStore } from '../storage/session-store.js';
import { forgetDevices } from '../throttling/known-devices.js';
import { hashOf, newUnguessable } from '../unguessable.js';

/** Of whom a new session is, and how they came. */
export interface Arrival {
  readonly user: User;
  readonly way: string;
  readonly externalAccountId?: number;
  readonly providerSession?: KeptProviderSession | undefined;
  readonly userAgent: string | undefined;
  readonly ip: string;
}

interface SessionParts {
  readonly db: Storage;
  readonly events: Pick<Events, 'publish'>;
  readonly clock: Clock;
  readonly accounts: AccountDirectory;
  readonly actors: UserActors;
  readonly settings: LiveAuthSettings;
  readonly externalUrl: () => string;
}

/** Milliseconds between two notes that a session is used. */
const TOUCH = 60_000;
const MOST_PER_USER = 100;
const MAX_USER_AGENT = 300;

/** Begins, finds and ends sessions. Each look-up asks the database, so that an end holds from its commit on, in every process. */
export class Sessions {
  readonly store: SessionStore;

  constructor(private readonly parts: SessionParts) {
    this.store = new SessionStore(parts.db);
  }

  /** The id's text exists nowhere else afterwards but in the browser. @returns it, and the milliseconds that it is good for. */
  async begin({
    user,
    userAgent,
    ...arrival
  }: Arrival): Promise<{ readonly text: string; readonly lasts: number; readonly session: Session }> {
    const { db, clock, events, settings } = this.parts;
    const { sessionExpiry } = await settings.current();
    const text = newUnguessable();
    const session = await db.transaction(async (tx) => {
      const store = new SessionStore(tx);
      const added = await store.add({
        hash: hashOf(text) as Buffer,
        userId: user.id,
        siteAdmin: user.siteAdmin,
        generation: user.credentialGeneration,
        way: arrival.way,
        externalAccountId: arrival.externalAccountId,
        createdAt: clock.now(),
        userAgent: userAgent?.slice(0, MAX_USER_AGENT),
        ip: arrival.ip,
        providerSession: arrival.providerSession,
      });
      await store.endBeyond(user.id, MOST_PER_USER);
      await store.endOlder(new Date(clock.now().getTime() - sessionExpiry));
      await events.publish(signedIn, { userId: user.id }, { tx });
      return added;
    });
    return { text, lasts: sessionExpiry, session };
  }

  /** Notes that the person of the session proved who they are at this moment. @returns the text that is the session's id from now on. */
  async confirm(id: number): Promise<{ readonly text: string; readonly lasts: number }> {
    const text = newUnguessable();
    await this.store.confirm(id, hashOf(text) as Buffer, this.parts.clock.now());
    return { text, lasts: (await this.parts.settings.current()).sessionExpiry };
  }

  /**
   * Ends all sessions of the user but `keep`, forgets the devices, and ends whatever else the user, or a program in their name, came in by.
   * @returns how many sessions there were, and the generation of what comes from now on
   */
  async endAll(tx: Tx, userId: number, keep?: number): Promise<{ readonly ended: number; readonly generation: number }> {
    const generation = await this.parts.accounts.within(tx).revokeCredentials(userId);
    const store = new SessionStore(tx);
    const ended = await store.endOfUsers([userId], keep);
    if (keep !== undefined) await store.keep(keep, generation);
    await forgetDevices(tx, userId);
    return { ended, generation };
  }

  /** Of a user whom a proxy names in each request: by the session of a confirmation that the browser may have. */
  async confirmation(presented: string | undefined, userId: number, way: string): Promise<NonNullable<Actor['confirmation']>> {
    const hash = presented === undefined ? undefined : hashOf(presented);
    const session = hash && (await this.store.byHash(hash));
    const { stepUpPeriod } = await this.parts.settings.current();
    return this.#confirmationAt(session?.userId === userId && session.way === way ? session.confirmedAt : new Date(0), stepUpPeriod);
  }

  #confirmationAt(at: Date, period: number): NonNullable<Actor['confirmation']> {
    return { recent: this.parts.clock.now().getTime() - at.getTime() < period, url: `${this.parts.externalUrl()}${CONFIRM_PATH}` };
  }

  /** The session behind a cookie and who its user is, as both are now; undefined when either is over. */
  async find(text: string, ip: string): Promise<{ readonly session: Session; readonly actor: Actor } | undefined> {
    const hash = hashOf(text);
    const session = hash && (await this.store.byHash(hash));
    if (!session) return undefined;
    const { sessionExpiry, maxIdle, stepUpPeriod, ways } = await this.parts.settings.current();
    const now = this.parts.clock.now();
    const idle = now.getTime() - session.lastUsedAt.getTime();
    // Whoever closes a way to come in means those who came by it. It may be open again when its plugin is back.
    const way = ways.find(({ id }) => id === session.way);
    // Of whom a proxy names, it only remembers a confirmation.
    if (!way || way.provider.identify) return undefined;
    const over = now.getTime() - session.createdAt.getTime() >= sessionExpiry || (maxIdle !== undefined && idle >= maxIdle);
    const actor = over
      ? undefined
      : await this.parts.actors.actorOf(session.userId, {
          via: 'session',
          credential: `session:${session.id}`,
          generation: session.generation,
          confirmation: this.#confirmationAt(session.confirmedAt, stepUpPeriod),
        });
    // An id from before the rights changed is not one for the new rights: neither for those who stole it before, nor for those who lost them.
    if (!actor || actor.serviceAccount || actor.siteAdmin !== session.siteAdmin) {
      await this.store.end(session.id);
      return undefined;
    }
    if (idle >= Math.min(TOUCH, (maxIdle ?? TOUCH) / 2)) await this.store.used(session.id, now, ip);
    return { session, actor };
  }
}
