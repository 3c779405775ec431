import { duration, SextantError, secret, z } from '@sextant/sdk';
import { readMetadata } from './metadata.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const names = (defaults: readonly [string, ...string[]]) =>
  z
    .array(z.string().min(1))
    .min(1)
    .default([...defaults]);

/** Keys and defaults are the field's, as far as it has them. */
export const samlConfig = z
  .object({
    identityProviderMetadata: z.string().min(1).optional().describe('The metadata of the identity provider, as XML'),
    identityProviderMetadataURL: z
      .url({ protocol: /^https?$/ })
      .refine(isPrivate, 'must begin with https://: its keys are believed')
      .optional()
      .describe('Where the metadata is, in the place of its text: fetched again every hour, so that new keys are known'),
    identityProviderIssuer: z
      .string()
      .min(1)
      .optional()
      .describe('The entity id that the metadata must be of. It names the accounts here: set it, and metadata and URL can be changed'),
    serviceProviderIssuer: z
      .string()
      .min(1)
      .optional()
      .describe('Our entity id at the identity provider. Default: the address of our metadata, …/.auth/saml/metadata'),
    serviceProviderCertificate: z.string().min(1).optional().describe('Of our key, in PEM form'),
    serviceProviderPrivateKey: secret().optional().describe('By which requests are signed and assertions decrypted, in PEM form'),
    signRequests: z.boolean().optional().describe('Whether requests are signed. Default: where there is a key'),
    nameIDFormat: z
      .string()
      .min(1)
      .default('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')
      .describe('How the identity provider is to name a person. It must stay the same for good'),
    accountIDAttributeName: z
      .string()
      .min(1)
      .optional()
      .describe('The attribute that identifies a person, in the place of the NameID: where that is an address of mail, which may change'),
    usernameAttributeNames: names(['username', 'nickname', 'login', `${CLAIMS}/name`, 'urn:oid:0.9.2342.19200300.100.1.1', 'uid']).describe(
      'Attributes by which a new user is named, the first that there is; else the address of mail up to its @',
    ),
    emailAttributeNames: names(['email', 'emailaddress', 'mail', `${CLAIMS}/emailaddress`, 'urn:oid:0.9.2342.19200300.100.1.3']).describe(
      'Attributes that have the address of mail; else the NameID, where it is one',
    ),
    displayNameAttributeNames: names([
      'displayName',
      'name',
      'http://schemas.microsoft.com/identity/claims/displayname',
      'urn:oid:2.16.840.1.113730.3.1.241',
      'cn',
    ]).describe('Attributes that have the name to show'),
    groupsAttributeName: z.string().min(1).default('groups').describe('The attribute that has the groups of a person'),
    allowGroups: z.array(z.string().min(1)).optional().describe('Only people of one of these groups come in'),
    allowIdPInitiated: z
      .boolean()
      .default(false)
      .describe(
        'Whether people may begin at the identity provider. Such an answer is tied to no browser: somebody can be made to sign in as another',
      ),
    logout: z
      .boolean()
      .default(false)
      .describe('Single logout: who signs out here is signed out at the identity provider too, and the other way round. Takes a key'),
    trustEmails: z
      .boolean()
      .default(false)
      .describe(
        'Whether the address of mail counts as proved, so that it leads to the user who has it. Only where the identity provider lets nobody choose it',
      ),
    clockTolerance: duration().default(60_000).describe('How far the clocks of the identity provider and of this server may be apart'),
    insecureSkipAssertionSignatureValidation: z
      .literal(false, 'cannot be had: without its signature anybody can write an assertion')
      .optional()
      .describe('Signatures are always checked; only false is taken'),
  })
  .refine((one) => (one.identityProviderMetadata === undefined) !== (one.identityProviderMetadataURL === undefined), {
    message: 'one of identityProviderMetadata and identityProviderMetadataURL is needed, and only one',
    path: ['identityProviderMetadata'],
  })
  .superRefine(({ identityProviderMetadata: text, identityProviderIssuer }, context) => {
    try {
      if (text !== undefined) readMetadata(text, identityProviderIssuer);
    } catch (error) {
      const why = SextantError.is(error) ? error.why : undefined;
      context.addIssue({ code: 'custom', path: ['identityProviderMetadata'], message: why ?? 'cannot be read' });
    }
  })
  .refine((one) => (one.serviceProviderCertificate === undefined) === (one.serviceProviderPrivateKey === undefined), {
    message: 'certificate and private key are needed both, or neither',
    path: ['serviceProviderCertificate'],
  })
  .refine((one) => one.signRequests !== true || one.serviceProviderPrivateKey !== undefined, {
    message: 'takes a certificate and a private key',
    path: ['signRequests'],
  })
  .refine((one) => !one.logout || one.serviceProviderPrivateKey !== undefined, {
    message: 'takes a certificate and a private key: such requests must be signed',
    path: ['logout'],
  });
export type SamlConfig = z.output<typeof samlConfig>;

function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}
