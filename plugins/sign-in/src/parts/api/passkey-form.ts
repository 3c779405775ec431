import { type Html, html } from '../../pages/html.js';
import { PASSKEY_SCRIPT_PATH } from '../../second-factor/passkey-script.js';
import type { SignIn } from '../../wiring.js';

interface PasskeyForm {
  /** Where the script asks what the browser is to sign, and where the form goes then; both without the prefix. */
  readonly options: string;
  readonly action: string;
  readonly kind: 'create' | 'get';
  readonly button: string;
  readonly main?: boolean;
  /** Fields before the button. */
  readonly fields?: Html;
}

/** A form that the script of the passkeys fills in. It is hidden until the script has found that the browser can do it. */
export const passkeyForm = ({ prefix }: SignIn, { options, action, kind, button, main = false, fields }: PasskeyForm): Html => html`
<form method="post" action="${prefix}${action}" data-passkey="${kind}" data-options="${prefix}${options}" hidden>
${fields}<input type="hidden" name="response">
<button class="${main ? 'main' : ''}">${button}</button>
<p class="error" role="alert" hidden></p>
</form>`;

/** Shown where passkeys cannot be used. */
export const withoutPasskeys = (text: string): Html => html`<p class="hint no-passkeys">${text}</p>`;

/** The whole address, which the content security policy of the page names. */
export const passkeyScript = ({ deps: { process } }: SignIn): string => `${process.externalUrl}${PASSKEY_SCRIPT_PATH}`;
