import { inflateRawSync } from 'node:zlib';
import { signInProviderContract } from '@sextant/plugin-identity/testing';
import { describeContract, inMemoryServices } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { samlProvider } from './saml-provider.js';
import { ADA, another, attempt, CALLBACK, entry, fill, idp, ours, provider, useIdentityProvider } from './testing/saml-scene.js';
import type { Fault } from './testing/test-identity-provider.js';

useIdentityProvider();
const answerOf = (xml: string, state: string) =>
  new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: state });

describeContract(
  signInProviderContract(() => ({
    good: { ...entry(), serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private },
    unreachable: { identityProviderMetadataURL: 'http://127.0.0.1:9/metadata' },
    fill,
    secrets: () => [ours.private],
  })),
  'SAML',
  provider,
);

describe('A person who signs in', () => {
  it('is known by the NameID, and told of by the attributes', async () => {
    expect(await attempt().signIn(fill)).toEqual({
      proof: expect.anything(),
      accountId: 'a1b2c3',
      username: 'ada',
      displayName: 'Ada Lovelace',
      emails: [{ address: 'ada@example.com', verified: false }],
      groups: ['engines', 'staff'],
    });
  });

  it('has a proved address only where the admin says that nobody chooses it', async () => {
    expect((await attempt({ trustEmails: true }).signIn(fill)).emails).toEqual([{ address: 'ada@example.com', verified: true }]);
  });

  it('is told of by the attributes that the admin names', async () => {
    idp.people.set('ada', {
      nameId: 'ada@example.com',
      attributes: {
        'https://example.com/login': 'countess',
        'urn:x': 'a@b.example',
        'Full Name': 'A. L.',
        roles: 'admins',
        objectGUID: 'guid-1',
      },
    });
    const mapped = attempt({
      usernameAttributeNames: ['https://example.com/login'],
      emailAttributeNames: ['urn:x'],
      displayNameAttributeNames: ['Full Name'],
      groupsAttributeName: 'roles',
      accountIDAttributeName: 'objectGUID',
    });
    expect(await mapped.signIn(fill)).toEqual({
      proof: expect.anything(),
      accountId: 'guid-1',
      username: 'countess',
      displayName: 'A. L.',
      emails: [{ address: 'a@b.example', verified: false }],
      groups: ['admins'],
    });
  });

  it('is named after the NameID where no attribute tells more', async () => {
    idp.people.set('ada', { nameId: 'ada@example.com' });
    expect(await attempt().signIn(fill)).toEqual({
      proof: expect.anything(),
      accountId: 'ada@example.com',
      username: 'ada',
      emails: [{ address: 'ada@example.com', verified: false }],
      groups: [],
    });
  });

  it('comes in by a group only as one of its members', async () => {
    expect(await attempt({ allowGroups: ['staff'] }).signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
    await expect(attempt({ allowGroups: ['others'] }).signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
  });

  it('must be named by something that stays', async () => {
    idp.people.set('ada', { ...ADA, nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' });
    await expect(attempt().signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER', why: expect.stringContaining('transient') });
  });

  it.each([
    ['the answer', { signAssertion: false, signResponse: true }],
    ['the assertion', { signAssertion: true, signResponse: false }],
    ['both', { signAssertion: true, signResponse: true }],
  ] satisfies [string, Fault][])('is believed where %s is signed', async (_name, fault) => {
    idp.fault = fault;
    expect(await attempt().signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
  });
});

const SHA1: Fault = { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' };
const assertionIn = (xml: string): string => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? expect.fail('no assertion');
const signatureIn = (xml: string): string => /<Signature[\s\S]*?<\/Signature>/.exec(xml)?.[0] ?? expect.fail('no signature');
const evil = (assertion: string): string =>
  assertion
    .replaceAll('a1b2c3', 'root')
    .replace(/ID="[^"]*"/, 'ID="_evil"')
    .replace(signatureIn(assertion), '');

describe('An answer that proves nothing', () => {
  const FAULTS: readonly (readonly [string, () => Fault])[] = [
    ['has no signature', () => ({ signAssertion: false, signResponse: false })],
    ['is signed by another key', () => ({ key: another.private, cert: another.cert })],
    ['is signed by another key under our certificate', () => ({ key: another.private })],
    ['is signed by SHA-1', () => SHA1],
    ['has a digest by SHA-1', () => ({ digestAlgorithm: 'sha1' })],
    ['is for another audience', () => ({ audience: 'https://other.example/.auth/saml/metadata' })],
    ['is for another address', () => ({ recipient: 'https://other.example/.auth/saml/acs' })],
    ['is sent to another address', () => ({ destination: 'https://other.example/.auth/saml/acs' })],
    ['is of another issuer', () => ({ issuer: 'https://evil.example/entity' })],
    ['has expired', () => ({ lifetimeInSeconds: -120 })],
    ['answers another request', () => ({ inResponseTo: '_another' })],
    [
      'answers another request, and hides it',
      () => ({ inResponseTo: '_another', rewrite: (xml) => xml.replace(/(<samlp:Response[^>]*) InResponseTo="[^"]*"/, '$1') }),
    ],
    ['was changed', () => ({ rewrite: (xml) => xml.replaceAll('a1b2c3', 'root') })],
    ['has an attribute more than was signed', () => ({ rewrite: (xml) => xml.replace('>staff<', '>admins<') })],
    ['is encoded in a way that has no end', () => ({ rewrite: (xml) => `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${xml}` })],
    ['names a file', () => ({ rewrite: (xml) => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace('a1b2c3', '&x;')}` })],
    // The signature still holds: canonical XML has no comments.
    ['cuts the NameID in two', () => ({ rewrite: (xml) => xml.replace('>a1b2c3<', '>a1<!-- -->b2c3<') })],
    ['begins with an instruction', () => ({ rewrite: (xml) => `<?xml-stylesheet href="x"?>${xml}` })],
    ['cuts the NameID in two by an instruction', () => ({ rewrite: (xml) => xml.replace('>a1b2c3<', '>a1<?x y?>b2c3<') })],
    ['has two assertions', () => ({ rewrite: (xml) => xml.replace('</samlp:Response>', `${evil(assertionIn(xml))}</samlp:Response>`) })],
    [
      'has a false assertion before the signed one',
      () => ({ rewrite: (xml) => xml.replace(assertionIn(xml), evil(assertionIn(xml)) + assertionIn(xml)) }),
    ],
    [
      'has the signed assertion inside of a false one',
      () => ({
        rewrite: (xml) =>
          xml.replace(assertionIn(xml), evil(assertionIn(xml)).replace('</saml:Assertion>', `${assertionIn(xml)}</saml:Assertion>`)),
      }),
    ],
    [
      'has the signed assertion inside of the signature of a false one',
      () => ({
        rewrite: (xml) => {
          const signed = assertionIn(xml);
          const holding = signatureIn(signed).replace(
            '</Signature>',
            `<Object>${signed.replace(signatureIn(signed), '')}</Object></Signature>`,
          );
          return xml.replace(signed, evil(signed).replace('</saml:Issuer>', `</saml:Issuer>${holding}`));
        },
      }),
    ],
    [
      'has the signed assertion in an extension',
      () => ({
        rewrite: (xml) =>
          xml.replace(assertionIn(xml), `<samlp:Extensions>${assertionIn(xml)}</samlp:Extensions>${evil(assertionIn(xml))}`),
      }),
    ],
    [
      // Beside what is signed.
      'uses an id twice',
      () => ({
        rewrite: (xml) => xml.replace('<samlp:Status>', '<samlp:Extensions><x ID="_x"/><x ID="_x"/></samlp:Extensions><samlp:Status>'),
      }),
    ],
    ['is no success', () => ({ rewrite: (xml) => xml.replace('status:Success', 'status:Requester') })],
    ['is no answer', () => ({ rewrite: () => '<html/>' })],
    ['is no XML', () => ({ rewrite: () => 'SAML' })],
  ];

  it.each(FAULTS)('%s', async (_name, fault) => {
    idp.fault = fault();
    const signing = attempt().signIn(fill);
    await expect(signing).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER' });
    await expect(signing).rejects.not.toMatchObject({ message: expect.stringMatching(/a1b2c3|root|ada@/) });
  });

  it.each([
    ['audience', { audience: 'https://other.example' }, 'not for the audience "https://sextant.example/.auth/saml/metadata"'],
    ['time', { lifetimeInSeconds: -120 }, 'expired'],
    ['address', { recipient: 'https://other.example/' }, 'for no bearer at this address'],
  ] satisfies [string, Fault, string][])('says by its words which %s did not hold', async (_name, fault, why) => {
    idp.fault = fault;
    await expect(attempt().signIn(fill)).rejects.toMatchObject({ why: expect.stringContaining(why) });
  });

  it.each([
    ['two assertions', (xml: string) => xml.replace('</samlp:Response>', `${evil(assertionIn(xml))}</samlp:Response>`), 'has 2 assertions'],
    ['none', (xml: string) => xml.replace(assertionIn(xml), ''), 'has 0 assertions'],
  ])('is refused for having %s before anything else of it is looked at', async (_name, rewrite, why) => {
    idp.fault = { rewrite };
    await expect(attempt().signIn(fill)).rejects.toMatchObject({ why: expect.stringContaining(why) });
  });

  it('has an algorithm that is written in another way', async () => {
    idp.fault = { ...SHA1, rewrite: (xml) => xml.replaceAll('sha1"', 'sh&#97;1"') };
    await expect(attempt().signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER', why: expect.stringContaining('algorithm') });
  });

  it('is told apart from all others, so that it counts once', async () => {
    const one = attempt();
    const { proof } = await one.finish(await one.answer(fill));
    expect(proof?.id).toContain(/<saml:Assertion[^>]* ID="([^"]+)"/.exec(idp.given[0] ?? '')?.[1] ?? expect.fail());
    expect(proof?.until.getTime()).toBeGreaterThan(Date.now() + 300_000);
    expect((await attempt().signIn(fill)).proof?.id).not.toBe(proof?.id);
  });

  it('answers what another browser asked, though both are of one person', async () => {
    const [mine, theirs] = [attempt(), attempt()];
    await theirs.answer(fill);
    const answer = await mine.answer(fill);
    const stolen = answerOf(idp.given[0] ?? '', mine.state);
    await expect(mine.finish({ ...answer, parameters: stolen })).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER' });
  });

  it('is too large', async () => {
    const one = attempt();
    const answer = await one.answer(fill);
    const parameters = answerOf(`<a>${'a'.repeat(1_000_000)}</a>`, one.state);
    await expect(one.finish({ ...answer, parameters })).rejects.toMatchObject({ why: 'It is too large.' });
  });
});

describe('An answer that is made to hold the process up (row 24)', () => {
  const inAssertion = (more: string) => (xml: string) => xml.replace('</saml:Assertion>', `${more}</saml:Assertion>`);
  const each = (count: number, write: (i: number) => string): string => Array.from({ length: count }, (_, i) => write(i)).join('');

  it.each([
    ['more elements than can be put in order', () => inAssertion('<b/>'.repeat(60_000)), 'longer, deeper'],
    ['elements as deep as it is long', () => inAssertion('<b>'.repeat(60_000) + '</b>'.repeat(60_000)), 'longer, deeper'],
    ['depth that quotes hide', () => inAssertion('<b c="/>">'.repeat(900) + '</b>'.repeat(900)), 'longer, deeper'],
    ['a prefix for each level', () => inAssertion(each(60, (i) => `<b xmlns:n${i}="u" xmlns:m${i}="u">`) + '</b>'.repeat(60)), 'prefixes'],
    ['a name for each element', () => inAssertion(each(900, (i) => `<b${i}></b${i}>`)), 'longer, deeper'],
    ['attributes without end', () => inAssertion(`<b${each(30_000, (i) => ` c${i}=""`)}/>`), 'attributes'],
    ['nothing but beginnings', () => inAssertion('<'.repeat(400_000)), 'well-formed'],
    ['a beginning without end', () => inAssertion(`<${'b'.repeat(400_000)}`), 'well-formed'],
  ])('is refused for %s before it is parsed', async (_name, rewrite, why) => {
    idp.fault = { rewrite: rewrite() };
    await expect(attempt().signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER', why: expect.stringContaining(why) });
  });

  it('is refused for spaces that are no base64', async () => {
    const one = attempt();
    const answer = await one.answer(fill);
    const parameters = new URLSearchParams({ SAMLResponse: `${' '.repeat(700_000)}!`, RelayState: one.state });
    await expect(one.finish({ ...answer, parameters })).rejects.toMatchObject({ why: 'It is no base64.' });
  });

  it('is taken of a person in a thousand groups', async () => {
    const groups = Array.from({ length: 1_000 }, (_, i) => `group-${i}`);
    idp.people.set('ada', { ...ADA, attributes: { ...ADA.attributes, groups } });
    expect((await attempt().signIn(fill)).groups).toHaveLength(1_000);
  });
});

describe('A sign-in that began at the identity provider', () => {
  const begun = async (config: Readonly<Record<string, unknown>>, fault: Fault = {}) => {
    idp.fault = { audience: 'https://sextant.example/.auth/saml/metadata', ...fault };
    const one = attempt(config);
    const came = await one.browser.travel(`${idp.url}/sso?acs=${encodeURIComponent(CALLBACK)}`, CALLBACK, fill);
    const { state, callbackUrl } = one;
    return one.finish({ ...came, kept: undefined, state, callbackUrl, signal: new AbortController().signal });
  };

  it('is refused, unless the admin allows it', async () => {
    await expect(begun({})).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER' });
    expect(await begun({ allowIdPInitiated: true })).toMatchObject({ accountId: 'a1b2c3' });
  });

  it('is no answer to a request', async () => {
    await expect(begun({ allowIdPInitiated: true }, { inResponseTo: '_somebody-asked' })).rejects.toMatchObject({
      code: 'SEXTANT_SAML_ANSWER',
    });
  });
});

describe('The identity provider', () => {
  it('may be told by the text of its metadata as well', async () => {
    const inline = { identityProviderMetadata: await idp.metadata(), identityProviderMetadataURL: undefined };
    expect(await attempt(inline).signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
    const { config, service } = provider();
    expect(service(config.parse(inline))).toEqual({ type: 'saml', id: idp.issuer });
  });

  it('has its new keys by URL within the hour', async () => {
    const services = inMemoryServices();
    const times: Date[] = [];
    const same = samlProvider({
      ...services,
      clock: { now: () => new Date() },
      cache: {
        get: async () => undefined,
        set: async (_key, _value, { ttl }) => void times.push(new Date(ttl)),
      },
    });
    await attempt({}, same).signIn(fill);
    const before = idp.keys;
    idp.keys = another;
    expect(await attempt({}, same).signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
    idp.keys = before;
    expect(Math.min(...times.map((time) => time.getTime()))).toBe(3_600_000);
  });

  it('gets requests that are signed, where there is a key', async () => {
    idp.fault = { signingCert: ours.cert };
    const signed = { serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private };
    expect(await attempt(signed).signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
    const { url } = await attempt(signed).begin();
    expect(new URL(url).searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    idp.fault = { signingCert: another.cert };
    await expect(attempt(signed).signIn(fill)).rejects.toThrow('leads nowhere');
  });

  it('is told that a person is to prove anew who they are', async () => {
    const { entry } = attempt();
    const asked = async (anew: boolean): Promise<string> => {
      const request = { callbackUrl: CALLBACK, state: 'state', signal: new AbortController().signal, anew };
      const { url } = (await provider().redirect?.begin(entry as never, request)) ?? expect.fail();
      return inflateRawSync(Buffer.from(new URL(url).searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    };
    expect(await asked(true)).toContain('ForceAuthn="true"');
    expect(await asked(false)).not.toContain('ForceAuthn="true"');
  });

  it('is told of us by metadata with our address and certificate, and no key', async () => {
    const signed = attempt({ serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private });
    const { body } =
      (await provider().redirect?.metadata?.(signed.entry as never, { callbackUrl: CALLBACK, externalUrl: 'https://sextant.example' })) ??
      {};
    expect(body).toContain('entityID="https://sextant.example/.auth/saml/metadata"');
    expect(body).toContain(`Location="${CALLBACK}"`);
    expect(body).toContain('WantAssertionsSigned="true"');
    expect(body).toContain(ours.cert.split('\n')[1]);
    for (const use of ['signing', 'encryption']) expect(body).toContain(`use="${use}"`);
    expect(body).toContain('xmlenc11#aes256-gcm');
    expect(body).not.toContain('-cbc');
    expect(body).not.toContain(ours.private.split('\n')[1]);
  });

  it('knows us by the name that the admin gives us', async () => {
    expect(await attempt({ serviceProviderIssuer: 'sextant' }).signIn(fill)).toMatchObject({ accountId: 'a1b2c3' });
    expect(idp.requests.map(({ issuer }) => issuer)).toEqual(['sextant']);
  });
});

describe('An entry', () => {
  it.each([
    ['without metadata', { identityProviderMetadataURL: undefined }],
    ['with metadata twice', { identityProviderMetadata: '<x/>' }],
    ['with metadata over an open line', { identityProviderMetadataURL: 'http://idp.example.com/metadata' }],
    ['with metadata that is none', { identityProviderMetadataURL: undefined, identityProviderMetadata: '<EntityDescriptor/>' }],
    ['with a certificate and no key', { serviceProviderCertificate: 'x' }],
    ['that wants to sign and has no key', { signRequests: true }],
    ['that wants to sign out and has no key', { logout: true }],
    ['that wants to believe what is not signed', { insecureSkipAssertionSignatureValidation: true }],
  ])('%s is refused', (_name, wrong) => {
    expect(() => attempt(wrong)).toThrow();
  });

  it('is told why signatures cannot be skipped', () => {
    expect(() => attempt({ insecureSkipAssertionSignatureValidation: true })).toThrow('anybody can write an assertion');
  });
});
