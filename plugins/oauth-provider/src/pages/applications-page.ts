import type { AuthorizedApplication } from '../storage/grant-store.js';
import { type Markup, markup, type Page } from './page.js';

export interface ShownApplication extends AuthorizedApplication {
  readonly name: string;
}

/** What a person has let programs do, and a button for each to end it. */
export const applicationsPage = (applications: readonly ShownApplication[], more: boolean): Page => ({
  title: 'Programs that act for you',
  body:
    applications.length === 0
      ? markup`<p>You let no program act for you.</p>`
      : markup`${applications.map(entry)}${more ? markup`<p>There are more, older ones.</p>` : markup``}`,
});

const entry = ({
  name,
  scopes,
  createdAt,
  lastUsedAt,
  number,
}: ShownApplication): Markup => markup`<dl><dt>Program</dt><dd><b>${name}</b></dd>
<dt>May</dt><dd><code>${scopes.join(' ')}</code></dd>
<dt>Since</dt><dd>${day(createdAt)}</dd><dt>Last used</dt><dd>${lastUsedAt ? day(lastUsedAt) : 'never'}</dd></dl>
<form method="post"><button class="no" name="revoke" value="${String(number)}">End it</button></form>`;

const day = (date: Date): string => date.toISOString().slice(0, 10);
