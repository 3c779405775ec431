import { type ExternalIdentity, signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import type { Assertion } from './assertion.js';
import { unproven } from './errors.js';
import type { SamlConfig } from './saml-config.js';

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const Address = z.email().max(320);

/**
 * Who an assertion is about.
 * @throws SEXTANT_SIGN_IN_REFUSED when the person may not come in by the entry's gates; SEXTANT_SAML_ANSWER when it does not say for good who it is.
 */
export function identityOf(assertion: Assertion, config: SamlConfig): ExternalIdentity {
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => assertion.attributes.get(name)?.[0]).find((value) => value !== undefined);
  const groups = assertion.attributes.get(config.groupsAttributeName) ?? [];
  if (config.allowGroups !== undefined && !groups.some((group) => config.allowGroups?.includes(group)))
    throw signInRefused('You are in none of the groups at the identity provider whose members may come in.');
  const accountId = accountIdOf(assertion, config);
  const address = [first(config.emailAttributeNames), assertion.nameId].find((text) => Address.safeParse(text).success);
  const displayName = first(config.displayNameAttributeNames)?.slice(0, 255);
  // Many providers name people by their address, which would be told to everybody.
  const username = (first(config.usernameAttributeNames) ?? address ?? accountId).slice(0, 1_000);
  return {
    accountId,
    username: username.split('@')[0] || username,
    ...(displayName === undefined ? {} : { displayName }),
    emails: address === undefined ? [] : [{ address, verified: config.trustEmails }],
    groups,
  };
}

function accountIdOf({ nameId, nameIdFormat, attributes }: Assertion, { accountIDAttributeName }: SamlConfig): string {
  if (accountIDAttributeName !== undefined) {
    const values = attributes.get(accountIDAttributeName) ?? [];
    if (values.length !== 1 || !values[0]) throw unproven(`The assertion has not one value of the attribute "${accountIDAttributeName}".`);
    return values[0];
  }
  if (nameId === '') throw unproven('The assertion has no NameID.');
  if (nameIdFormat === TRANSIENT)
    throw unproven(
      'The NameID is transient: another each time. Choose "persistent" at the identity provider, or "accountIDAttributeName".',
    );
  return nameId;
}
