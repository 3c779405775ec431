import { createHash } from 'node:crypto';
import type { RouteReply } from '@sextant/sdk';
import { Html, html } from './html.js';

const STYLE = `:root{color-scheme:light dark;--line:#8886;--accent:#2563eb}
*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;margin:0;display:grid;justify-items:center;padding:2rem 1rem}
main{width:100%;max-width:26rem}main.wide{max-width:52rem}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input{width:100%;padding:.5rem;font:inherit;border:1px solid var(--line);border-radius:.375rem;background:Field;color:FieldText}
label.check{font-weight:400}label.check input{width:auto}
button,a.button{display:block;width:100%;margin-top:1rem;padding:.6rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;border:1px solid var(--line);border-radius:.375rem;background:ButtonFace;color:ButtonText;cursor:pointer}
button.main{background:var(--accent);border-color:var(--accent);color:#fff}button.small{width:auto;margin:0;padding:.2rem .6rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.note,.error{padding:.6rem .8rem;border:1px solid var(--line);border-left-width:.4rem;border-radius:.375rem}.error{border-left-color:#c2261b}
.hint{font-size:.9rem;opacity:.8}table{width:100%;border-collapse:collapse}th,td{text-align:left;padding:.4rem;border-bottom:1px solid var(--line);vertical-align:top}
@media(prefers-contrast:more){:root{--line:currentColor}}`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Nothing is loaded from anywhere and nothing runs; forms go to Sextant alone. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // Addresses of these pages carry codes.
  'referrer-policy': 'no-referrer',
};

const withScript = (script: string): Readonly<Record<string, string>> => ({
  ...PAGE_HEADERS,
  'content-security-policy': `${PAGE_HEADERS['content-security-policy']}; script-src ${script}; connect-src 'self'`,
});

interface Page {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** A sentence about what went wrong; it is read out when the page opens. */
  readonly error?: string | undefined;
  readonly note?: string | undefined;
  readonly wide?: boolean;
  readonly cookies?: readonly string[];
  /** The address of the one script that may run, and that may ask Sextant. Absent: none. */
  readonly script?: string | undefined;
}

export const pageReply = ({ title, body, status = 200, error, note, wide = false, cookies = [], script }: Page): RouteReply => ({
  status,
  headers: script === undefined ? PAGE_HEADERS : withScript(script),
  cookies,
  body: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${error === undefined ? '' : 'Error: '}${title} – Sextant</title>
<style>${new Html(STYLE)}</style>
${script !== undefined && html`<script src="${script}" defer></script>`}
</head>
<body>
<main class="${wide ? 'wide' : ''}">
<h1>${title}</h1>
${error === undefined ? '' : html`<p class="error" role="alert" id="error">${error}</p>`}
${note === undefined ? '' : html`<p class="note" role="status">${note}</p>`}
${body}
</main>
</body>
</html>
`.text,
});

export const redirect = (location: string, cookies: readonly string[] = []): RouteReply => ({
  status: 303,
  headers: { location },
  cookies,
});

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autocomplete: string;
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  readonly optional?: boolean;
  readonly focus?: boolean;
  /** Which keyboard a phone shows. */
  readonly inputmode?: 'numeric';
}

export const field = ({
  name,
  label,
  type = 'text',
  autocomplete,
  value = '',
  hint,
  optional = false,
  focus = false,
  inputmode,
}: Field): Html => html`
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${type === 'password' ? '' : value}" autocomplete="${autocomplete}"${
  optional ? '' : new Html(' required')
}${focus ? new Html(' autofocus') : ''}${hint ? html` aria-describedby="${name}-hint"` : ''}${inputmode ? html` inputmode="${inputmode}"` : ''} spellcheck="false" autocapitalize="none">
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}`;

export const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;
