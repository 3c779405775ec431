import {
  type AuditActor,
  type AuditTrail,
  type ExternalIdentity,
  type ProviderSession,
  type SignInAnswer,
  signInRefused,
  type User,
  type Users,
} from '@sextant/plugin-identity/api';
import { type Logger, SextantError } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Way } from '../configuration/provider-entries.js';
import type { SessionStore } from '../storage/session-store.js';
import { expired, type Flow, type Flows } from './flow.js';
import { entityOf, type Known, type People } from './people.js';
import { localPath } from './return-to.js';

interface RedirectParts {
  readonly settings: LiveAuthSettings;
  readonly sessions: SessionStore;
  readonly users: Users;
  readonly people: People;
  readonly flows: () => Flows;
  readonly audit: AuditTrail;
  readonly log: Logger;
  readonly externalUrl: () => string;
  readonly prefix: () => string;
}

/** What came back through a browser. */
export interface Returned {
  readonly method: 'GET' | 'POST';
  readonly parameters: URLSearchParams;
  readonly cookies: string | undefined;
  readonly signal: AbortSignal;
  readonly who: AuditActor;
}

export interface Finished extends Known {
  readonly way: Way;
  readonly returnTo: string;
  /** The account was linked to who is signed in; nobody signs in. */
  readonly linked: boolean;
  /** The session whose person has proved once more who they are; nobody signs in. */
  readonly confirmed: number | undefined;
  readonly cookies: readonly string[];
  /** That which began at the provider. */
  readonly session: ProviderSession | undefined;
}

/** Where providers of a type send people back to. Two have places of their own in the field. */
const CALLBACKS: Readonly<Record<string, string>> = { openidconnect: '/.auth/callback', saml: '/.auth/saml/acs' };
export const callbackPath = (type: string): string => CALLBACKS[type] ?? `/.auth/${type}/callback`;

/** Sends people to providers and takes them back. */
export class RedirectSignIn {
  constructor(private readonly parts: RedirectParts) {}

  /**
   * @param linkFor the session whose user wants to link an account @returns where the browser goes, and the cookie that it keeps meanwhile
   * @throws SEXTANT_SIGN_IN_UNAVAILABLE, SEXTANT_SIGN_IN_PROVIDER
   */
  async begin(
    wanted: {
      readonly type: string;
      readonly id: string | null;
      readonly returnTo: string;
      readonly linkFor?: number;
      /** The session whose person proves once more who they are. */
      readonly confirmFor?: number;
      readonly anew?: boolean;
    },
    signal: AbortSignal,
  ): Promise<{ readonly url: string; readonly cookie: string }> {
    const { settings, flows } = this.parts;
    const { ways } = await settings.current();
    const way = ways.find(({ id, provider }) => provider.type === wanted.type && (wanted.id === null || id === wanted.id));
    if (!way?.provider.redirect || (way.noSignIn && wanted.linkFor === undefined)) throw unknownWay();
    const { redirect } = way.provider;
    const state = flows().newState();
    const request = { callbackUrl: this.callbackUrl(wanted.type), state, signal, anew: wanted.anew ?? false };
    const { url, keep = {} } = await this.#asking(way, () => redirect.begin(way, request));
    const cookie = flows().keep({
      state,
      way: way.id,
      returnTo: wanted.returnTo,
      kept: { ...keep },
      ...(wanted.linkFor === undefined ? {} : { linkFor: wanted.linkFor }),
      ...(wanted.confirmFor === undefined ? {} : { confirmFor: wanted.confirmFor }),
    });
    return { url, cookie };
  }

  /** @throws SEXTANT_SIGN_IN_EXPIRED, SEXTANT_SIGN_IN_REFUSED, SEXTANT_SIGN_IN_PROVIDER */
  async finish(type: string, returned: Returned): Promise<Finished> {
    const { settings, flows, people, audit } = this.parts;
    const state = returned.parameters.get('state') ?? returned.parameters.get('RelayState') ?? '';
    const flow = await flows().take(state, returned.cookies);
    const ways = (await settings.current()).ways.filter(({ provider }) => provider.type === type);
    const entity = entityOf(ways[0]);
    const answer = this.#answer(type, returned, flow);
    try {
      const { way, identity } = flow ? await this.#asked(ways, flow, answer) : await this.#unasked(ways, answer);
      if (identity.proof) await flows().use(way.id, identity.proof);
      const consent = flow?.linkFor === undefined ? undefined : await this.#whoAsked(flow.linkFor, returned);
      const confirming = flow?.confirmFor === undefined ? undefined : await this.#whoAsked(flow.confirmFor, returned);
      if (way.noSignIn && !consent) throw unknownWay();
      const known = confirming ? await people.confirm(way, identity, confirming) : await people.find(way, identity, returned.who, consent);
      const facts = { provider: way.id, subjectUID: String(known.user.id), by: known.by };
      if (!consent && !confirming) audit.observe(entity, 'sign-in', returned.who, facts);
      return {
        ...known,
        way,
        session: identity.session,
        // What comes with an answer that nobody asked for is somebody else's text.
        returnTo: localPath(flow?.returnTo ?? state, this.parts.prefix()),
        linked: consent !== undefined,
        confirmed: flow?.confirmFor,
        cookies: flow ? [flows().forget(state)] : [],
      };
    } catch (error) {
      audit.observe(entity, 'failed', returned.who, {
        provider: flow?.way ?? type,
        reason: SextantError.is(error) ? error.code : 'provider',
      });
      throw error;
    }
  }

  callbackUrl(type: string): string {
    return `${this.parts.externalUrl()}${callbackPath(type)}`;
  }

  #answer(type: string, { method, parameters, signal }: Returned, flow: Flow | undefined): SignInAnswer {
    return { method, parameters, signal, callbackUrl: this.callbackUrl(type), state: flow?.state ?? '', kept: flow?.kept };
  }

  async #asked(
    ways: readonly Way[],
    flow: Flow,
    answer: SignInAnswer,
  ): Promise<{ readonly way: Way; readonly identity: ExternalIdentity }> {
    const way = ways.find(({ id }) => id === flow.way);
    const redirect = way?.provider.redirect;
    // The entry went away meanwhile, or the answer came to the door of another type.
    if (!way || !redirect) throw expired();
    return { way, identity: await this.#asking(way, () => redirect.finish(way, answer)) };
  }

  /** Whose answer it is, the one that can prove it says. */
  async #unasked(ways: readonly Way[], answer: SignInAnswer): Promise<{ readonly way: Way; readonly identity: ExternalIdentity }> {
    let refused: unknown;
    for (const way of ways) {
      const { redirect } = way.provider;
      if (!redirect?.unsolicited?.(way.config)) continue;
      try {
        return { way, identity: await this.#asking(way, () => redirect.finish(way, answer)) };
      } catch (error) {
        refused = error;
      }
    }
    throw refused ?? expired();
  }

  /**
   * The user who asked to link an account, if this browser is still signed in as then: another one may have been given the cookie of the flow. With a form
   * that another site posts, browsers send no session.
   */
  async #whoAsked(sessionId: number, { method, who }: Returned): Promise<User> {
    const present = who.actor?.credential;
    if (present === undefined ? method === 'GET' : present !== `session:${sessionId}`)
      throw signInRefused('Whoever wanted to link this account is signed out.');
    const session = await this.parts.sessions.byId(sessionId);
    const user = session && (await this.parts.users.byId(session.userId));
    if (!user) throw signInRefused('Whoever wanted to link this account is signed out.');
    return user;
  }

  /** What the provider refuses is for the person; what fails otherwise is for the log. */
  async #asking<R>(way: Way, ask: () => Promise<R>): Promise<R> {
    try {
      return await ask();
    } catch (error) {
      if (SextantError.is(error) && error.code === 'SEXTANT_SIGN_IN_REFUSED') throw error;
      this.parts.log.warn('A provider of sign-ins failed.', { provider: way.id, error });
      throw new SextantError('SEXTANT_SIGN_IN_PROVIDER', {
        what: `"${way.displayName}" failed, or what it answered proves nothing.`,
        fix: 'Try again; a site admin sees the cause in the log.',
      });
    }
  }
}

const unknownWay = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
    what: 'There is no such way to sign in.',
    fix: 'Choose one of those on the sign-in page.',
  });
