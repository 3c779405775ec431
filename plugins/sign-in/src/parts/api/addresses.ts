import type { User } from '@sextant/plugin-identity/api';
import { type Html, html } from '../../pages/html.js';
import { hidden } from '../../pages/page.js';
import type { SignIn } from '../../wiring.js';

/** The part of the account's page about addresses of mail: which are proved, and for the others the letter once more. */
export async function addresses({ prefix, letters, deps: { accounts } }: SignIn, user: User): Promise<Html> {
  const [all, mail] = await Promise.all([accounts.emails([user.id]), letters.possible()]);
  if (all.length === 0) return html`<p>None is known.</p>`;
  const again = (address: string): Html =>
    html`<form method="post" action="${prefix}/-/account/confirm">${hidden('email', address)}<button class="small">Send the letter again</button></form>`;
  return html`
<table><thead><tr><th scope="col">Address</th><th scope="col">State</th><th scope="col">Action</th></tr></thead><tbody>
${all.map(
  ({ address, verified }) =>
    html`<tr><td>${address}</td><td>${verified ? 'confirmed' : 'not confirmed'}</td><td>${!verified && mail && again(address)}</td></tr>`,
)}
</tbody></table>`;
}
