/** Where the script is served. */
export const PASSKEY_SCRIPT_PATH = '/-/sign-in/passkeys.js';

/**
 * The only script of the sign-in pages: it hands what the `data-options` address answers to the browser's own WebAuthn, puts what the browser signed into the
 * form, and sends the form. Browsers read and write the JSON of WebAuthn themselves, so that no library is needed. Where they cannot, the part of the
 * form stays hidden and the sentence before it is shown.
 */
export const PASSKEY_SCRIPT = `'use strict';
(() => {
  const able =
    window.isSecureContext &&
    typeof window.PublicKeyCredential === 'function' &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function' &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function' &&
    !/^[\\d.]+$|^\\[/.test(location.hostname);
  for (const part of document.querySelectorAll('[data-passkey]')) {
    if (!able) continue;
    const form = part.closest('form');
    const problem = part.querySelector('[role=alert]');
    const button = part.querySelector('button');
    part.hidden = false;
    for (const without of document.querySelectorAll('.no-passkeys')) without.hidden = true;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      problem.hidden = true;
      try {
        const answer = await fetch(part.dataset.options, { method: 'POST', headers: { accept: 'application/json' } });
        const body = await answer.json();
        if (body.error && body.error.confirmUrl) {
          location.assign(body.error.confirmUrl + '?returnTo=' + encodeURIComponent(location.pathname));
          return;
        }
        if (!answer.ok) throw new Error([body.error && body.error.what, body.error && body.error.fix].filter(Boolean).join(' '));
        const credential =
          part.dataset.passkey === 'create'
            ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(body) })
            : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(body) });
        form.elements.response.value = JSON.stringify(credential);
        form.submit();
      } catch (error) {
        problem.textContent =
          error.name === 'NotAllowedError'
            ? 'The browser gave no passkey: it was cancelled, or took too long. Try again.'
            : error.name === 'InvalidStateError'
              ? 'This device has a passkey for this account already.'
              : 'The passkey cannot be used: ' + error.message;
        problem.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
`;
