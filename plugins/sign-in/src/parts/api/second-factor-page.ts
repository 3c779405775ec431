import type { User } from '@sextant/plugin-identity/api';
import type { RouteReply } from '@sextant/sdk';
import { type Html, html } from '../../pages/html.js';
import { field, hidden, pageReply } from '../../pages/page.js';
import { qrCode } from '../../second-factor/qr-code.js';
import { SECOND_FACTOR_PATH } from '../../second-factor/second-factor-gate.js';
import type { Passkey } from '../../second-factor/second-factor-store.js';
import { MAX_PASSKEYS, type SecondFactorSummary } from '../../second-factor/second-factors.js';
import type { TotpEnrolment } from '../../second-factor/totp-factor.js';
import type { SignIn } from '../../wiring.js';
import { passkeyForm, passkeyScript, withoutPasskeys } from './passkey-form.js';

interface Shown {
  readonly error?: string | undefined;
  readonly note?: string | undefined;
}

/** What the account's page says of second factors. */
export async function secondFactorLine(s: SignIn, user: User): Promise<Html> {
  const { totp, passkeys, recoveryCodes } = await s.factors.summary(user.id);
  const some = totp !== undefined || passkeys.length > 0;
  const list = [totp && 'an authenticator app', passkeys.length > 0 && `${passkeys.length} of ${MAX_PASSKEYS} passkeys`].filter(Boolean);
  return html`<p>${some ? `You have ${list.join(' and ')}; ${recoveryCodes} recovery codes are left.` : 'You have none.'}
<a href="${s.prefix}${SECOND_FACTOR_PATH}">${some ? 'Change' : 'Set up a second factor'}</a></p>`;
}

/** `/-/account/second-factor`: what a person has besides the password. */
export async function secondFactorPage(s: SignIn, user: User, { error, note }: Shown): Promise<RouteReply> {
  const summary = await s.factors.summary(user.id);
  const { totp, passkeys, recoveryCodes } = summary;
  const some = totp !== undefined || passkeys.length > 0;
  return pageReply({
    title: 'Second factor',
    wide: true,
    error,
    note,
    script: passkeyScript(s),
    body: html`
<p>With a second factor, your password alone signs nobody in.</p>
<h2>Authenticator app</h2>
${
  totp
    ? html`<p>Added ${day(totp.createdAt)}, last used ${day(totp.lastUsedAt)}.</p>${button(s, 'totp/remove', {}, 'Remove the app')}`
    : html`<p>An app on your phone shows a new code every 30 seconds.</p><a class="button" href="${s.prefix}${SECOND_FACTOR_PATH}/totp">Add an app</a>`
}
<h2>Passkeys</h2>
<p>A security key, or your device with its own unlocking. Most also sign you in without a password.</p>
${passkeys.length > 0 && passkeyTable(s, summary)}
${withoutPasskeys('To add passkeys, you need a browser that has scripts and passkeys, and must come by the host name of this site.')}
${
  passkeys.length < MAX_PASSKEYS &&
  passkeyForm(s, {
    options: `${SECOND_FACTOR_PATH}/passkeys/options`,
    action: `${SECOND_FACTOR_PATH}/passkeys`,
    kind: 'create',
    button: 'Add a passkey',
    fields: field({ name: 'name', label: 'Name of the passkey', autocomplete: 'off', hint: 'Such as "Laptop".' }),
  })
}
${
  some &&
  html`<h2>Recovery codes</h2>
<p>${recoveryCodes} are left. Each signs you in once when you have nothing else at hand.</p>
${button(s, 'recovery-codes', {}, 'Make new recovery codes')}`
}
<p class="hint"><a href="${s.prefix}/-/account">Back to your account</a></p>`,
  });
}

/** The QR code and the secret of a new authenticator app, and the form that proves it. */
export const totpPage = (s: SignIn, { secret, uri, sealed }: TotpEnrolment, error?: string): RouteReply =>
  pageReply({
    title: 'Add an authenticator app',
    error,
    body: html`<p>Scan this with your app, or type the secret into it.</p>
${qrCode(uri, 'QR code for your authenticator app; the secret follows as text.')}
<p>Secret: <code>${secret.replace(/.{4}(?=.)/g, '$& ')}</code></p>
<form method="post" action="${s.prefix}${SECOND_FACTOR_PATH}/totp">
${hidden('sealed', sealed)}
${field({
  name: 'code',
  label: 'Code',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
  hint: 'The six digits that the app shows now.',
  focus: true,
})}
<button class="main">Add the app</button>
</form>
<p class="hint"><a href="${s.prefix}${SECOND_FACTOR_PATH}">Back</a></p>`,
  });

/** Shown once. */
export const recoveryCodesPage = (s: SignIn, codes: readonly string[], note: string): RouteReply =>
  pageReply({
    title: 'Recovery codes',
    note,
    body: html`<p>Keep these codes where nobody else finds them. Each signs you in once when you do not have your second factor. They are not shown again, and those before do not count any more.</p>
<ul>${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<a class="button" href="${s.prefix}${SECOND_FACTOR_PATH}">I have kept them</a>`,
  });

const passkeyTable = (s: SignIn, { passkeys }: SecondFactorSummary): Html => html`
<table><thead><tr><th scope="col">Name</th><th scope="col">Added</th><th scope="col">Last used</th><th scope="col">Action</th></tr></thead><tbody>
${passkeys.map(
  (passkey) => html`<tr><td>${rename(s, passkey)}</td><td>${day(passkey.createdAt)}</td><td>${day(passkey.lastUsedAt)}</td>
<td>${button(s, 'passkeys/remove', { id: String(passkey.id) }, 'Remove', true)}</td></tr>`,
)}
</tbody></table>`;

const rename = ({ prefix }: SignIn, { id, name }: Passkey): Html => html`
<form method="post" action="${prefix}${SECOND_FACTOR_PATH}/passkeys/rename">${hidden('id', String(id))}
<input name="name" value="${name}" aria-label="Name of the passkey" maxlength="100" required autocomplete="off"><button class="small">Rename</button></form>`;

const button = (s: SignIn, act: string, fields: Readonly<Record<string, string>>, label: string, small = false): Html => html`
<form method="post" action="${s.prefix}${SECOND_FACTOR_PATH}/${act}">${Object.entries(fields).map(([name, value]) => hidden(name, value))}<button${
  small ? html` class="small"` : ''
}>${label}</button></form>`;

const day = (date: Date | undefined): Html =>
  date === undefined ? html`never` : html`<time datetime="${date.toISOString()}">${date.toISOString().slice(0, 10)}</time>`;
