import { type Html, html } from '../../pages/html.js';
import { type PasskeyFields, passkeyFields } from '../../second-factor/passkey-fields.js';
import { PASSKEY_SCRIPT_PATH } from '../../second-factor/passkey-script.js';
import type { SignIn } from '../../wiring.js';

/** A form of passkey fields alone. `action` is without the prefix. */
export const passkeyForm = ({ prefix }: SignIn, { action, ...fields }: PasskeyFields & { readonly action: string }): Html => html`
<form method="post" action="${prefix}${action}">${passkeyFields(prefix, fields)}</form>`;

/** Shown where passkeys cannot be used. */
export const withoutPasskeys = (text: string): Html => html`<p class="hint no-passkeys">${text}</p>`;

/** The whole address, which the content security policy of the page names. */
export const passkeyScript = ({ deps: { process } }: SignIn): string => `${process.externalUrl}${PASSKEY_SCRIPT_PATH}`;
