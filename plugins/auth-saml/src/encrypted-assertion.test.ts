import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { another, attempt, fill, idp, ours, useIdentityProvider, withKey } from './testing/saml-scene.js';
import type { Fault, KeyPair } from './testing/test-identity-provider.js';

useIdentityProvider();

const SHA1: Fault = { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' };

/** The identity provider encrypts its assertions for a key. */
const encryptedFor = ({ cert }: KeyPair, more: Fault = {}): Fault => ({
  encryptionCert: cert,
  encryptionPublicKey: new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ...more,
});
const CBC = {
  encryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  disallowEncryptionWithInsecureAlgorithm: false,
  warnOnInsecureEncryptionAlgorithm: false,
} as const;

describe('An assertion that is encrypted', () => {
  it.each([
    ['it is signed', {}],
    ['the answer is', { signAssertion: false, signResponse: true }],
    ['both are', { signAssertion: true, signResponse: true }],
    ['the answer is, by AES-CBC too', { signAssertion: false, signResponse: true, ...CBC }],
  ] satisfies [string, Fault][])('is read with our key where %s', async (_name, fault) => {
    idp.fault = encryptedFor(ours, fault);
    expect(await attempt(withKey()).signIn(fill)).toMatchObject({ accountId: 'a1b2c3', groups: ['engines', 'staff'] });
    expect(idp.given[0]).toContain('EncryptedAssertion');
    expect(idp.given[0]).not.toContain('a1b2c3');
  });

  const swapped = (xml: string): string =>
    xml.replace(
      /(<xenc:CipherData>\s*<xenc:CipherValue>)(.{40})/g,
      (_all, head: string, text: string) => head + [...text].reverse().join(''),
    );
  it.each([
    ['we have no key', () => encryptedFor(ours), {}, 'encrypted: give'],
    ['it is for another key', () => encryptedFor(another), undefined, 'another key'],
    [
      'nobody signed it: everybody can encrypt for us',
      () => encryptedFor(ours, { signAssertion: false, signResponse: false }),
      undefined,
      'Nothing in it is signed',
    ],
    ['another signed it', () => encryptedFor(ours, { key: another.private, cert: another.cert }), undefined, 'No signature in it is right'],
    [
      'another signed the answer',
      () => encryptedFor(ours, { key: another.private, cert: another.cert, signAssertion: false, signResponse: true }),
      undefined,
      'No signature in it is right',
    ],
    ['it is signed by SHA-1', () => encryptedFor(ours, SHA1), undefined, 'algorithm'],
    ['who changes the text could watch what becomes of it', () => encryptedFor(ours, CBC), undefined, 'AES-CBC'],
    [
      'the cipher is one of old',
      () => encryptedFor(ours, { ...CBC, encryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' }),
      undefined,
      'cipher that is taken',
    ],
    [
      'its key is by an old padding',
      () => encryptedFor(ours, { rewrite: (xml: string) => xml.replace('rsa-oaep-mgf1p', 'rsa-1_5') }),
      undefined,
      'RSA-OAEP',
    ],
    ['it was changed', () => encryptedFor(ours, { rewrite: swapped }), undefined, 'another key'],
    [
      'it names a key elsewhere',
      () =>
        encryptedFor(ours, {
          rewrite: (xml: string) => xml.replace('<xenc:EncryptedData', '<RetrievalMethod URI="http://evil.example/"/><xenc:EncryptedData'),
        }),
      undefined,
      'one text with one key',
    ],
    ['it says another audience', () => encryptedFor(ours, { audience: 'https://other.example' }), undefined, 'not for the audience'],
  ] as [string, () => Fault, object | undefined, string][])('is refused where %s', async (_name, fault, config, why) => {
    idp.fault = fault();
    await expect(attempt({ ...(config ?? withKey()) }).signIn(fill)).rejects.toMatchObject({
      code: 'SEXTANT_SAML_ANSWER',
      why: expect.stringContaining(why),
    });
  });
});
