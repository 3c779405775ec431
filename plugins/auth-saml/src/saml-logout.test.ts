import { inflateRawSync } from 'node:zlib';
import { inMemoryServices } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { samlProvider } from './saml-provider.js';
import { another, attempt, CALLBACK, fill, idp, provider, useIdentityProvider, withKey } from './testing/saml-scene.js';

useIdentityProvider();

const signatureIn = (xml: string): string => /<Signature[\s\S]*?<\/Signature>/.exec(xml)?.[0] ?? expect.fail('no signature');

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
