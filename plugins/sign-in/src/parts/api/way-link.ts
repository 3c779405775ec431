import type { Way } from '../../configuration/provider-entries.js';
import { type Html, html } from '../../pages/html.js';
import type { SignIn } from '../../wiring.js';

export const wayLink = ({ prefix }: SignIn, way: Way, returnTo: string): Html => html`
<a class="button" href="${prefix}/.auth/${way.provider.type}/login?pc=${encodeURIComponent(way.id)}&returnTo=${encodeURIComponent(returnTo)}">${
  way.displayPrefix
} ${way.displayName}</a>`;
