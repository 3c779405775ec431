import { isScope, SCOPES } from '../scopes.js';
import type { OAuthClient } from '../storage/client-store.js';
import { type Markup, markup, type Page } from './page.js';

/** What a program asks for, as it is shown to the person who is to decide. */
export interface Asked {
  readonly client: Pick<OAuthClient, 'id' | 'name' | 'dynamic'>;
  readonly username: string;
  readonly scopes: readonly string[];
}

const scopeList = (scopes: readonly string[]): Markup =>
  markup`<ul>${scopes.filter(isScope).map((scope) => markup`<li>${SCOPES[scope]} <code>${scope}</code></li>`)}</ul>`;

const warning = ({ client }: Asked): Markup =>
  client.dynamic
    ? markup`<p class="warning">This program registered itself. Nobody here has checked that it is what its name says.</p>`
    : markup``;

/** A person who has come from a program decides whether it may act for them. */
export const consentPage = (asked: Asked & { readonly redirectUri: string }): Page => ({
  title: `Let ${asked.client.name} in?`,
  formsLeadTo: [originOf(asked.redirectUri)],
  body: markup`${warning(asked)}<p><b>${asked.client.name}</b> asks to act for you, <b>${asked.username}</b>. It wants to</p>
${scopeList(asked.scopes)}
<dl><dt>You are sent back to</dt><dd>${asked.redirectUri}</dd></dl>
<form method="post"><button name="decision" value="allow">Allow</button><button class="no" name="decision" value="deny">Deny</button></form>`,
});

/** A person types, or confirms, the code that a device shows. */
export const userCodePage = (form: {
  readonly action: string;
  readonly xsrf: string;
  readonly code: string;
  readonly problem?: string;
}): Page => ({
  title: 'Connect a device',
  body: markup`<p>${form.problem ?? 'Type the code that your device or command line shows.'}</p>
<form method="post" action="${form.action}"><input type="hidden" name="xsrf" value="${form.xsrf}"><input name="user_code" value="${form.code}" aria-label="Code" autocomplete="off" autofocus required maxlength="20"><button>Continue</button></form>`,
});

/** The person has to see the same code on a device of their own, and who asks, before anything is given out. */
export const confirmDevicePage = (
  asked: Asked & {
    readonly action: string;
    readonly xsrf: string;
    readonly code: string;
    readonly address: string;
    readonly userAgent: string;
  },
): Page => ({
  title: `Let ${asked.client.name} in?`,
  body: markup`${warning(asked)}<p class="warning">Go on only if you began this yourself, and your device shows this code. Whoever sent you a link with a code would act for you.</p>
<dl><dt>Code</dt><dd><code>${asked.code}</code></dd><dt>Asked from</dt><dd>${asked.address} · ${asked.userAgent || 'unknown program'}</dd></dl>
<p><b>${asked.client.name}</b> asks to act for you, <b>${asked.username}</b>. It wants to</p>
${scopeList(asked.scopes)}
<form method="post" action="${asked.action}"><input type="hidden" name="xsrf" value="${asked.xsrf}"><input type="hidden" name="user_code" value="${asked.code}"><button name="confirm" value="yes">Allow</button><button class="no" name="abort" value="yes">Deny</button></form>`,
});

export const deviceDonePage = (clientName: string): Page => ({
  title: 'Done',
  body: markup`<p><b>${clientName}</b> may act for you now. You can close this page.</p>`,
});

export const signOutPage = (form: { readonly action: string; readonly xsrf: string }): Page => ({
  title: 'Forget the programs in this browser?',
  body: markup`<p>Programs will ask you again before they act for you from this browser. You stay signed in to Sextant.</p>
<form method="post" action="${form.action}"><input type="hidden" name="xsrf" value="${form.xsrf}"><button name="logout" value="yes">Forget them</button><button class="no">Keep them</button></form>`,
});

export const signedOutPage = (): Page => ({ title: 'Done', body: markup`<p>You can close this page.</p>` });

export const problemPage = (title: string, words: string): Page => ({ title, body: markup`<p>${words}</p>` });

/** What browsers compare an address by: its origin, or its scheme where it has none. */
const originOf = (uri: string): string => {
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
};
