import { html } from '../pages/html.js';
import { field } from '../pages/page.js';
import type { ConfirmationMethod } from '../step-up/confirmation-method.js';
import { passkeyFields } from './passkey-fields.js';
import type { Passkeys } from './passkeys.js';
import type { SecondFactorStore } from './second-factor-store.js';
import type { TotpFactor } from './totp-factor.js';

/** Where the script asks what a passkey of the person who is signed in is to sign. */
export const CONFIRM_OPTIONS_PATH = '/-/confirm/passkey-options';

/** By a code of the authenticator app. */
export const totpConfirmation = (totp: TotpFactor, store: SecondFactorStore): ConfirmationMethod => ({
  id: 'totp',
  secondFactor: true,
  available: async ({ id }) => (await store.totp(id)) !== undefined,
  form: () => html`
${field({
  name: 'code',
  label: 'Code',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
  hint: 'Six digits, from your authenticator app.',
  focus: true,
})}
<button class="main">Confirm</button>`,
  verify: (user, form, who) => totp.verify(user, form.required('code', 'code'), who),
});

/** By a passkey. */
export const passkeyConfirmation = (passkeys: Passkeys, prefix: () => string): ConfirmationMethod => ({
  id: 'passkey',
  secondFactor: true,
  usesPasskeyScript: true,
  available: async ({ id }) => (await passkeys.store.passkeys(id)).length > 0,
  form: () => passkeyFields(prefix(), { options: CONFIRM_OPTIONS_PATH, kind: 'get', button: 'Use a passkey', main: true }),
  verify: async (user, form, who, cookieHeader) => {
    await passkeys.verify('authenticate', user, form.whole('response'), cookieHeader, who);
  },
});
