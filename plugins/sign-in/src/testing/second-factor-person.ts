import { TOTP } from 'otpauth';
import type { ASite } from './a-site.js';
import type { Answer, Browser } from './browser.js';
import type { FakeAuthenticator, Forgery } from './fake-authenticator.js';

const PATH = '/-/account/second-factor';

/** The code that an app shows at a moment. */
export const codeAt = (secret: string, now: Date): string =>
  TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: now.getTime() });

/** Adds an authenticator app by the pages. @returns its secret, and the recovery codes that were shown. */
export async function addTotp(
  browser: Browser,
  now: Date,
): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[] }> {
  const page = await browser.get(`${PATH}/totp`);
  const secret = (/Secret: <code>([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const sealed = /name="sealed" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const answer = await browser.post(`${PATH}/totp`, { sealed, code: codeAt(secret, now) });
  return { secret, recoveryCodes: recoveryCodesOf(answer) };
}

export const recoveryCodesOf = ({ body }: Pick<Answer, 'body'>): readonly string[] =>
  [...body.matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, code]) => code as string);

/** Adds a passkey by what the page's script does. */
export async function addPasskey(
  browser: Browser,
  authenticator: FakeAuthenticator,
  name = 'Laptop',
  forgery: Forgery = {},
): Promise<Answer> {
  const options = await browser.post(`${PATH}/passkeys/options`);
  return browser.post(`${PATH}/passkeys`, { name, response: authenticator.create(JSON.parse(options.body), forgery) });
}

/** The second step of a sign-in by a passkey. */
export async function givePasskey(browser: Browser, authenticator: FakeAuthenticator, forgery: Forgery = {}): Promise<Answer> {
  const options = await browser.post('/-/sign-in/second-factor/passkey-options');
  return browser.post('/-/sign-in/second-factor', {
    method: 'passkey',
    response: authenticator.get(JSON.parse(options.body), forgery),
  });
}

/** A sign-in by a passkey alone. */
export async function signInByPasskey(browser: Browser, authenticator: FakeAuthenticator, forgery: Forgery = {}): Promise<Answer> {
  const options = await browser.post('/-/sign-in/passkey-options');
  return browser.post('/-/sign-in/passkey', { response: authenticator.get(JSON.parse(options.body), forgery) });
}

/** Somebody with an authenticator app, signed in. */
export async function personWithTotp(site: ASite, now: () => Date) {
  const person = await site.aPerson();
  return { ...person, ...(await addTotp(person.browser, now())) };
}
