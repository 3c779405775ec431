import { BUILTIN } from '../builtin-provider.js';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import { html } from '../pages/html.js';
import { field } from '../pages/page.js';
import type { Passwords } from '../passwords/passwords.js';
import type { ConfirmationMethod } from './confirmation-method.js';

interface PasswordConfirmationParts {
  readonly settings: Pick<LiveAuthSettings, 'current'>;
  readonly passwords: Passwords;
}

/** By the password, where people sign in by one. */
export const passwordConfirmation = ({ settings, passwords }: PasswordConfirmationParts): ConfirmationMethod => ({
  id: 'password',
  available: async ({ id }) =>
    (await settings.current()).ways.some(({ provider }) => provider.type === BUILTIN) && (await passwords.store.hash(id)) !== undefined,
  form: ({ username }) => html`
<input type="hidden" name="username" autocomplete="username" value="${username}">
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', focus: true })}
<button class="main">Confirm</button>`,
  verify: async ({ username }, form, who) => {
    await passwords.verify(username, form.secret('password', 'password'), who, 'the-person');
  },
});
