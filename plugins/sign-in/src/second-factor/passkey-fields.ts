import { type Html, html } from '../pages/html.js';

export interface PasskeyFields {
  /** Where the script asks what the browser is to sign; without the prefix. */
  readonly options: string;
  readonly kind: 'create' | 'get';
  readonly button: string;
  readonly main?: boolean;
  /** Fields before the button. */
  readonly fields?: Html;
}

/** The part of a form that the script of the passkeys fills in. It is hidden until the script has found that the browser can do it. */
export const passkeyFields = (prefix: string, { options, kind, button, main = false, fields }: PasskeyFields): Html => html`
<div data-passkey="${kind}" data-options="${prefix}${options}" hidden>
${fields}<input type="hidden" name="response">
<button class="${main ? 'main' : ''}">${button}</button>
<p class="error" role="alert" hidden></p>
</div>`;
