import { X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SignInAttempt, signInProviderContract } from '@sextant/plugin-identity/testing';
import { describeContract, inMemoryServices } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { samlProvider } from './saml-provider.js';
import { type Fault, type KeyPair, keyPair, TestIdentityProvider } from './testing/test-identity-provider.js';

const CALLBACK = 'https://sextant.example/.auth/saml/acs';
const ADA = {
  nameId: 'a1b2c3',
  attributes: { username: 'ada', email: 'ada@example.com', displayName: 'Ada Lovelace', groups: ['engines', 'staff'] },
};

let idp: TestIdentityProvider;
let ours: KeyPair;
let another: KeyPair;

beforeAll(async () => {
  [idp, ours, another] = await Promise.all([TestIdentityProvider.start(), keyPair(), keyPair()]);
});
afterAll(async () => await idp[Symbol.asyncDispose]());
beforeEach(() => {
  idp.fault = {};
  idp.given.length = 0;
  idp.requests.length = 0;
  idp.people.clear();
  idp.people.set('ada', ADA);
});

const provider = () => samlProvider({ ...inMemoryServices(), clock: { now: () => new Date() } });
const entry = () => ({ identityProviderMetadataURL: idp.metadataUrl });
const attempt = (more: Readonly<Record<string, unknown>> = {}, of = provider()) =>
  new SignInAttempt(of, { ...entry(), ...more }, { callbackUrl: CALLBACK });
const fill = () => ({ login: 'ada' });
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

  it('comes a second time, in whichever browser', async () => {
    const same = provider();
    const one = attempt({ allowIdPInitiated: true }, same);
    const answer = await one.answer(fill);
    await one.finish(answer);
    await expect(attempt({ allowIdPInitiated: true }, same).finish(answer)).rejects.toMatchObject({
      why: expect.stringContaining('before'),
    });
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
const withKey = () => ({ serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private });

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

describe('Signing out together', () => {
  const LOGOUT = 'https://sextant.example/.auth/saml/logout';
  const signal = new AbortController().signal;
  const both = () => ({ ...withKey(), logout: true });
  const signedIn = async () => {
    const one = attempt(both());
    const { session } = await one.signIn(fill);
    return { one, session: session ?? expect.fail(), index: idp.sessions.all.at(-1)?.sessionIndex ?? expect.fail() };
  };
  /** What the identity provider posts when it ends a session; `rewrite` is done to its text. */
  const request = async (index: string, rewrite: (xml: string) => string = (xml) => xml): Promise<URLSearchParams> => {
    const page = await (await fetch(`${idp.url}/logout?index=${index}`)).text();
    const encoded = /name="SAMLRequest"\s+value="([^"]+)"/.exec(page)?.[1] ?? expect.fail(page);
    const xml = rewrite(Buffer.from(encoded, 'base64').toString());
    return new URLSearchParams({ SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: 'theirs' });
  };
  const told = (parameters: URLSearchParams, config: Readonly<Record<string, unknown>> = both(), of = provider(), logoutUrl = LOGOUT) =>
    of.redirect?.logout?.finish(attempt(config, of).entry as never, { parameters, logoutUrl, signal }) ?? expect.fail();
  const inflated = (url: string, name: string): string =>
    inflateRawSync(Buffer.from(new URL(url).searchParams.get(name) ?? '', 'base64')).toString();

  it('leads to the identity provider with a signed request for this session', async () => {
    const { one, session, index } = await signedIn();
    const url = await provider().redirect?.logout?.begin(one.entry as never, { kept: session.kept, logoutUrl: LOGOUT, signal });
    expect(url).toMatch(`${idp.url}/logout?`);
    const xml = inflated(url as string, 'SAMLRequest');
    for (const part of ['>a1b2c3<', `>${index}<`, '>https://sextant.example/.auth/saml/metadata<']) expect(xml).toContain(part);
    expect(new URL(url as string).searchParams.get('SigAlg')).toContain('rsa-sha256');
  });

  it('is not where the admin does not say so', async () => {
    const { one, index } = await signedIn();
    expect(await attempt(withKey()).signIn(fill)).not.toHaveProperty('session');
    const off = attempt(withKey()).entry as never;
    const kept = (await one.signIn(fill)).session!.kept;
    expect(await provider().redirect?.logout?.begin(off, { kept, logoutUrl: LOGOUT, signal })).toBeUndefined();
    await expect(told(await request(index), withKey())).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER' });
  });

  it('takes the signed request of the identity provider, and answers it', async () => {
    const { session, index } = await signedIn();
    const { names, goOn } = await told(await request(index));
    expect(session.names).toEqual(expect.arrayContaining([...names]));
    expect(names).toEqual([expect.stringContaining(index)]);
    expect(inflated(goOn as string, 'SAMLResponse')).toContain('status:Success');
    expect(new URL(goOn as string).searchParams.get('RelayState')).toBe('theirs');
    expect(goOn).toMatch(`${idp.url}/logout?`);
  });

  it.each([
    ['by another key', () => void (idp.fault = { key: another.private, cert: another.cert }), undefined],
    ['by another key under our certificate', () => void (idp.fault = { key: another.private }), undefined],
    ['by SHA-1', () => void (idp.fault = { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }), undefined],
    ['of another issuer', () => void (idp.fault = { issuer: 'https://evil.example/entity' }), undefined],
    ['without its signature', () => undefined, (xml: string) => xml.replace(signatureIn(xml), '')],
    ['for somebody else', () => undefined, (xml: string) => xml.replace('>a1b2c3<', '>root<')],
    ['of another session', () => undefined, (xml: string) => xml.replace(/SessionIndex>_/, 'SessionIndex>_x')],
    ['cut in two', () => undefined, (xml: string) => xml.replace('>a1b2c3<', '>a1<!-- -->b2c3<')],
    [
      'inside of another',
      () => undefined,
      (xml: string) => `${xml.slice(0, xml.indexOf('>') + 1).replace(/ID="[^"]*"/, 'ID="_evil"')}${xml}</samlp:LogoutRequest>`,
    ],
    ['an answer', () => undefined, (xml: string) => xml.replaceAll('LogoutRequest', 'LogoutResponse')],
  ] as [string, () => void, ((xml: string) => string) | undefined][])('takes no request that is %s', async (_name, fault, rewrite) => {
    const { index } = await signedIn();
    fault();
    await expect(told(await request(index, rewrite))).rejects.toMatchObject({ code: 'SEXTANT_SAML_ANSWER' });
  });

  it('takes each request once, soon, and at its own address', async () => {
    const { index } = await signedIn();
    const parameters = await request(index);
    const elsewhere = told(parameters, both(), provider(), 'https://other.example/.auth/saml/logout');
    await expect(elsewhere).rejects.toMatchObject({ why: expect.stringContaining('another address') });
    const later = samlProvider({ ...inMemoryServices(), clock: { now: () => new Date(Date.now() + 3_600_000) } });
    await expect(told(parameters, both(), later)).rejects.toMatchObject({ why: expect.stringContaining('expired') });
    const same = provider();
    await told(parameters, both(), same);
    await expect(told(parameters, both(), same)).rejects.toMatchObject({ why: expect.stringContaining('before') });
  });

  it('is told to the identity provider by our metadata', async () => {
    const one = attempt(both());
    const urls = { callbackUrl: CALLBACK, externalUrl: 'https://sextant.example' };
    const { body } = (await provider().redirect?.metadata?.(one.entry as never, urls)) ?? expect.fail();
    expect(body).toContain(`<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${LOGOUT}"/>`);
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
