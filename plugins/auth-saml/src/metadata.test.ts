import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { readMetadata } from './metadata.js';
import { keyPair } from './testing/test-identity-provider.js';

const CERTIFICATE = new X509Certificate((await keyPair()).cert).raw.toString('base64');

const entity = (n: number): string =>
  `<md:EntityDescriptor entityID="https://idp-${n}.example.edu"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp-${n}.example.edu/sso"/>
  </md:IDPSSODescriptor></md:EntityDescriptor>`;
const federation = (entities: number): string =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${Array.from({ length: entities }, (_, n) => entity(n)).join('')}</md:EntitiesDescriptor>`;

it('finds one identity provider among those of a federation, which may be many more than an answer has elements', () => {
  expect(readMetadata(federation(2_000), 'https://idp-1234.example.edu')).toMatchObject({ signInUrl: 'https://idp-1234.example.edu/sso' });
});

it('asks for the choice where none is made, and says when it is not among them', () => {
  expect(() => readMetadata(federation(2))).toThrow('several identity providers');
  expect(() => readMetadata(federation(2), 'https://other.example.edu')).toThrow('no identity provider "https://other.example.edu"');
});
