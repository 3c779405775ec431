import { SignInAttempt } from '@sextant/plugin-identity/testing';
import { inMemoryServices } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { samlProvider } from '../saml-provider.js';
import { type KeyPair, keyPair, TestIdentityProvider } from './test-identity-provider.js';

export const CALLBACK = 'https://sextant.example/.auth/saml/acs';
export const ADA = {
  nameId: 'a1b2c3',
  attributes: { username: 'ada', email: 'ada@example.com', displayName: 'Ada Lovelace', groups: ['engines', 'staff'] },
};

/** One for a file, as new for each test, with Ada. */
export let idp: TestIdentityProvider;
export let ours: KeyPair;
export let another: KeyPair;

/** Call it first in a file. */
export function useIdentityProvider(): void {
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
}

export const provider = () => samlProvider({ ...inMemoryServices(), clock: { now: () => new Date() } });
export const entry = () => ({ identityProviderMetadataURL: idp.metadataUrl });
export const withKey = () => ({ serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private });
export const attempt = (more: Readonly<Record<string, unknown>> = {}, of = provider()): SignInAttempt =>
  new SignInAttempt(of, { ...entry(), ...more }, { callbackUrl: CALLBACK });
export const fill = () => ({ login: 'ada' });
