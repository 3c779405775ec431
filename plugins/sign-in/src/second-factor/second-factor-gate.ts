import { type Actor, type Credentials, type Gate, SextantError } from '@sextant/sdk';
import { OPEN } from '../connection-gate.js';
import { sessionOf } from '../sessions/session-of.js';
import type { SecondFactors } from './second-factors.js';

export const SECOND_FACTOR_PATH = '/-/account/second-factor';

interface GateParts {
  readonly factors: Pick<SecondFactors, 'isMissingInSession'>;
  readonly externalUrl: () => string;
}

/**
 * Where the site wants a second factor (`auth.requireSecondFactor`), a session of somebody who has none is good for nothing but setting one up. Access tokens
 * go on: they were made by somebody who had proved who they are, and have no second step.
 */
export class SecondFactorGate implements Gate {
  readonly name = 'second-factor';

  constructor(private readonly parts: GateParts) {}

  async admit({ route }: Credentials, actor: Actor): Promise<void> {
    if (route !== undefined && OPEN.test(route)) return;
    if (!(await this.isMissing(actor))) return;
    const enrolUrl = `${this.parts.externalUrl()}${SECOND_FACTOR_PATH}`;
    throw new SextantError('SEXTANT_SIGN_IN_SECOND_FACTOR_REQUIRED', {
      what: 'Set up a second factor before you use Sextant.',
      why: 'The site wants an authenticator app or a passkey besides the password.',
      fix: `Set one up at ${enrolUrl}.`,
      details: { enrolUrl },
    });
  }

  async isMissing(actor: Actor): Promise<boolean> {
    const session = actor.kind === 'user' && actor.via === 'session' ? sessionOf(actor) : undefined;
    return session !== undefined && this.parts.factors.isMissingInSession(actor, session);
  }
}
