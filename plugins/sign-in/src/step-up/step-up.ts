import type { AuditActor, AuditTrail, ExternalAccounts, User } from '@sextant/plugin-identity/api';
import { type Limits, SextantError } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Way } from '../configuration/provider-entries.js';
import type { FormBody } from '../pages/form-body.js';
import type { Sessions } from '../sessions/sessions.js';
import type { ConfirmationMethod } from './confirmation-method.js';

interface StepUpParts {
  readonly methods: readonly ConfirmationMethod[];
  readonly settings: Pick<LiveAuthSettings, 'current'>;
  readonly sessions: Sessions;
  readonly external: Pick<ExternalAccounts, 'ofUser'>;
  readonly limits: Limits;
  readonly audit: AuditTrail;
  /** Whether the user must give a second factor here, too, after a sign-in by this entry of `auth.providers`. */
  readonly asksSecondFactor: (user: User, way: string) => Promise<boolean>;
}

/** Attempts of one session. */
const ATTEMPTS = { capacity: 10, per: 15 * 60_000 } as const;

/** The new id of a session whose person confirmed who they are. */
export interface ConfirmedSession {
  readonly text: string;
  /** Milliseconds. */
  readonly lasts: number;
}

/** Lets people who are signed in prove once more who they are ("step-up"), before they change how they sign in, or administer. */
export class StepUp {
  constructor(private readonly parts: StepUpParts) {}

  /** The methods that the user has at present. */
  async methods(user: Pick<User, 'id'>): Promise<readonly ConfirmationMethod[]> {
    const available = await Promise.all(this.parts.methods.map((method) => method.available(user)));
    const methods = this.parts.methods.filter((_method, i) => available[i]);
    // Whoever has stolen a session and a password must not take the second factor away.
    return methods.some(({ secondFactor }) => secondFactor) ? methods.filter(({ secondFactor }) => secondFactor) : methods;
  }

  /** The providers at which the user has an account that is linked here: a new sign-in there confirms, too. */
  async providers(user: User): Promise<readonly Way[]> {
    const [{ ways }, accounts] = await Promise.all([this.parts.settings.current(), this.parts.external.ofUser(user.id)]);
    const asked = await Promise.all(ways.map(({ id }) => this.parts.asksSecondFactor(user, id)));
    return ways.filter(
      (way, i) =>
        way.provider.redirect &&
        !asked[i] &&
        !way.noSignIn &&
        accounts.some(({ service }) => service.type === way.service.type && service.id === way.service.id),
    );
  }

  /**
   * @param credential the actor's, each of which has so many attempts @returns the id of the method by which it was proved
   * @throws SEXTANT_SIGN_IN_UNAVAILABLE, SEXTANT_SIGN_IN_THROTTLED, and what the method throws when nothing is proved.
   */
  async confirm(user: User, credential: string, form: FormBody, who: AuditActor, cookieHeader: string | undefined): Promise<string> {
    const id = form.required('method', 'method');
    const method = (await this.methods(user)).find((one) => one.id === id);
    if (!method)
      throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
        what: 'You cannot confirm in this way.',
        fix: 'Choose one of those on the page.',
      });
    const { allowed, retryAfter } = await this.parts.limits.take(`confirm:${credential}`, ATTEMPTS);
    if (!allowed)
      throw new SextantError('SEXTANT_SIGN_IN_THROTTLED', {
        what: 'There were too many attempts in this session.',
        fix: 'Wait some minutes, or sign out and sign in again.',
        details: { retryAfter },
      });
    await method.verify(user, form, who, cookieHeader);
    return id;
  }

  /** By a new sign-in at a provider. @throws SEXTANT_SIGN_IN_UNAVAILABLE where that alone is not enough */
  async confirmedBy(user: User, session: number, way: string, who: AuditActor): Promise<ConfirmedSession> {
    if (await this.parts.asksSecondFactor(user, way))
      throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
        what: 'You cannot confirm in this way.',
        why: 'You have a second factor, which the site asks for after a sign-in at a provider, too.',
        fix: 'Confirm by your second factor.',
      });
    return this.confirmed(user, session, way, who);
  }

  /** Notes that the person of a session proved who they are. @param by the method, or the entry of `auth.providers` */
  async confirmed(user: User, session: number, by: string, who: AuditActor): Promise<ConfirmedSession> {
    const confirmed = await this.parts.sessions.confirm(session);
    this.parts.audit.observe('user.session', 'confirmed', who, { subjectUID: String(user.id), by });
    return confirmed;
  }
}
