import { Secret, SextantError } from '@sextant/sdk';
import { type Contract, defineContract } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import { type SignInProvider, signInProviders } from '../api.js';
import type { Fill } from './provider-browser.js';
import { SignInAttempt } from './sign-in-attempt.js';

/** A provider of identities that a test has started, and what the plugin under test is told of it. */
export interface SignInScene {
  /** An entry, as an admin writes it. */
  readonly good: Readonly<Record<string, unknown>>;
  /** The same of a provider that does not answer; absent for one that is asked nothing by this server. */
  readonly unreachable?: Readonly<Record<string, unknown>>;
  /** What a person whom the entry lets in writes into the pages. */
  readonly fill?: Fill;
  /** Texts of the entry that nobody may see, and those that the provider gives out. */
  readonly secrets: () => readonly string[];
}

/** Keys that every entry has, and that the plugin `sign-in` reads. */
const SHARED = ['type', 'displayName', 'displayPrefix', 'hidden', 'noSignIn', 'order', 'configID', 'allowSignup', 'groups'];

/** What the plugin `sign-in` relies on in every provider by redirect. */
export const signInProviderContract = (scene: () => SignInScene): Contract<SignInProvider> =>
  defineContract(signInProviders, (subject) => {
    const attempt = async (config = scene().good): Promise<SignInAttempt> => new SignInAttempt(await subject(), config);

    it('has a type that fits into a path, a title, and keys of its own alone', async () => {
      const { type, title, config } = await subject();
      expect(type).toMatch(/^[a-z][a-z0-9]*$/);
      expect(title).not.toBe('');
      expect(Object.keys(config.shape).filter((key) => SHARED.includes(key))).toEqual([]);
      expect(config.strict().safeParse({ ...scene().good, noSuchKey: 1 }).success).toBe(false);
    });

    it('says whose accounts they are, the same each time', async () => {
      const provider = await subject();
      const service = () => provider.service(provider.config.parse(scene().good));
      expect(service()).toEqual({ type: expect.stringMatching(/./), id: expect.stringMatching(/./) });
      expect(service()).toEqual(service());
    });

    it('sends the browser to the provider with our state, and with no secret', async () => {
      const one = await attempt();
      const { url, keep } = await one.begin();
      const { protocol, searchParams } = new URL(url);
      expect(protocol).toMatch(/^https?:$/);
      expect([...searchParams.values()]).toContain(one.state);
      for (const secret of scene().secrets()) expect(decodeURIComponent(url)).not.toContain(secret);
      expect(JSON.parse(JSON.stringify(keep ?? {}))).toEqual(keep ?? {});
    });

    it('asks for each sign-in anew', async () => {
      const first = await (await attempt()).begin();
      const second = await (await attempt()).begin();
      expect(second.url).not.toBe(first.url);
    });

    it('proves who came back, by an account that stays the same', async () => {
      const first = await (await attempt()).signIn(scene().fill);
      const second = await (await attempt()).signIn(scene().fill);
      expect(first.accountId).not.toBe('');
      expect(first.username).not.toBe('');
      expect(second.accountId).toBe(first.accountId);
    });

    it('gives out credentials as secrets alone, which no text shows', async () => {
      const identity = await (await attempt()).signIn(scene().fill);
      const { accessToken, refreshToken } = identity.credential ?? {};
      for (const one of [accessToken, refreshToken]) if (one !== undefined) expect(one).toBeInstanceOf(Secret);
      for (const secret of scene().secrets()) expect(JSON.stringify(identity)).not.toContain(secret);
    });

    it('brings our state back', async () => {
      const one = await attempt();
      const { parameters } = await one.answer(scene().fill);
      expect(parameters.get('state') ?? parameters.get('RelayState')).toBe(one.state);
    });

    it('refuses an answer that nobody asked for', async () => {
      const one = await attempt();
      const answer = await one.answer(scene().fill);
      await refused(one.finish({ ...answer, kept: undefined }));
    });

    it('refuses an answer to what another browser asked', async () => {
      const [one, other] = [await attempt(), await attempt()];
      const answer = await one.answer(scene().fill);
      const { keep } = await other.begin();
      await refused(one.finish({ ...answer, kept: keep }));
    });

    it('refuses an answer without anything in it', async () => {
      const one = await attempt();
      const answer = await one.answer(scene().fill);
      await refused(one.finish({ ...answer, parameters: new URLSearchParams({ state: one.state, RelayState: one.state }) }));
    });

    it('takes one answer once, or says by what it is known again', async () => {
      const one = await attempt();
      const answer = await one.answer(scene().fill);
      const { proof } = await one.finish(answer);
      if (proof) expect((await one.finish(answer)).proof?.id).toBe(proof.id);
      else await refused(one.finish(answer));
    });

    it('says by a code that the provider does not answer', async () => {
      const { unreachable } = scene();
      if (unreachable === undefined) return;
      const [here, gone] = [await attempt(), await attempt(unreachable)];
      // Some are asked only once somebody comes back, with what a provider that answers gave.
      const { method, parameters } = await here.answer(scene().fill);
      const ours = new URLSearchParams(parameters);
      for (const [name, value] of parameters) if (value === here.state) ours.set(name, gone.state);
      await refused(
        (async () => {
          const { keep } = await gone.begin();
          const { state, callbackUrl } = gone;
          await gone.finish({ method, parameters: ours, kept: keep ?? {}, state, callbackUrl, signal: new AbortController().signal });
        })(),
      );
    });

    async function refused(work: Promise<unknown>): Promise<void> {
      const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!SextantError.is(error)) expect.fail(`not a coded error: ${String(error)}`);
      const text = `${error.message} ${JSON.stringify(error.details)} ${error.stack} ${String(error.cause)}`;
      for (const secret of scene().secrets()) expect(text).not.toContain(secret);
    }
  });
