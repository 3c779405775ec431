import type { Way } from '../../configuration/provider-entries.js';
import { type Html, html } from '../../pages/html.js';
import type { SignIn } from '../../wiring.js';

export const wayLink = ({ prefix }: SignIn, way: Way, returnTo: string, anew = false): Html => html`
<a class="button" href="${prefix}/.auth/${way.provider.type}/login?pc=${encodeURIComponent(way.id)}&returnTo=${encodeURIComponent(returnTo)}${anew ? '&anew=1' : ''}">${
  way.displayPrefix
} ${way.displayName}</a>`;
