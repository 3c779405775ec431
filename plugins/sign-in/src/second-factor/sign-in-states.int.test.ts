import { core } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { ASite } from '../testing/a-site.js';
import type { Browser } from '../testing/browser.js';
import { codeAt, personWithTotp } from '../testing/second-factor-person.js';

const STEP = '/-/sign-in/second-factor';
const clock = new TestClock();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] }, { clock });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

/** What should be so: whether the browser has given the password, and whether there is a session. */
interface Model {
  waits: boolean;
  signedIn: boolean;
  usedStep: number;
  codes: string[];
}

const step = (): number => Math.floor(clock.now().getTime() / 30_000);

it('a session begins by a password and a second factor that was not used before, in whatever order things are tried', async () => {
  const person = await personWithTotp(site, () => clock.now());
  // One person for all runs: what was used stays used.
  const model: Model = { waits: false, signedIn: false, usedStep: step(), codes: [...person.recoveryCodes] };
  const used: string[] = [];
  let browser: Browser = site.browser();
  const give = async (fields: Readonly<Record<string, string>>, good: boolean): Promise<void> => {
    await browser.post(STEP, fields);
    if (!model.waits || !good) return;
    Object.assign(model, { waits: false, signedIn: true });
  };
  const acts: Readonly<Record<string, () => Promise<void>>> = {
    password: async () => {
      await browser.signIn(person.username, person.password);
      model.waits = true;
    },
    code: async () => {
      const good = step() > model.usedStep;
      if (good && model.waits) model.usedStep = step();
      await give({ method: 'totp', code: codeAt(person.secret, clock.now()) }, good);
    },
    'recovery code': async () => {
      const code = model.codes[0];
      if (code !== undefined && model.waits) used.push(model.codes.shift() as string);
      await give({ method: 'recovery-code', recoveryCode: code ?? 'none' }, code !== undefined);
    },
    'used recovery code': () => give({ method: 'recovery-code', recoveryCode: used[0] ?? 'none' }, false),
    nonsense: () => give({ method: 'passkey', response: '{}' }, false),
    'half a minute': async () => void (await clock.advance(30_000)),
    'sign out': async () => {
      await browser.post('/-/sign-out');
      model.signedIn = false;
    },
    'another browser': async () => {
      browser = site.browser();
      Object.assign(model, { waits: false, signedIn: false });
    },
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...Object.keys(acts)), { minLength: 1, maxLength: 8 }), async (names) => {
      await acts['another browser']!();
      for (const name of names) {
        await acts[name]!();
        expect([names, name, await browser.whoAmI()]).toEqual([names, name, model.signedIn ? person.username : undefined]);
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
