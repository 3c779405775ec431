import { describe, expect, it } from 'vitest';

interface Cases {
  /** Configurations of a connection, and what each says. */
  readonly said: readonly (readonly [object, unknown])[];
  readonly refused: readonly object[];
}

/** Of kinds whose `authorization` names an identity provider: by signing in, or by the name. */
export const BY_IDENTITY_PROVIDER: Cases = {
  said: [
    [{}, undefined],
    [{ authorization: {} }, { by: 'sign-in' }],
    [{ authorization: { identityProvider: { type: 'oauth' } } }, { by: 'sign-in' }],
    [{ authorization: { identityProvider: { type: 'username' } } }, { by: 'username' }],
  ],
  refused: [
    { authorization: { identityProvider: { type: 'ldap' } } },
    { authorization: { identityProvider: {} } },
    { authorization: { identityprovider: { type: 'username' } } },
    { authorization: true },
  ],
};

/** What a kind makes of a connection's configuration: who decides who sees what. @param enforced its `permissions.enforced`, by the configuration as written */
export function describeWhoDecides(enforced: (config: object) => unknown, { said, refused }: Cases): void {
  describe('whether the host decides who sees what', () => {
    it.each(said)('is said by %j', (config, by) => {
      expect(enforced(config)).toEqual(by);
    });

    it.each(refused)('is not guessed from %j, which is refused', (config) => {
      expect(() => enforced(config)).toThrow();
    });
  });
}
