import { createHash } from 'node:crypto';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1c2330}main{max-width:26rem;margin:10vh auto;padding:2rem;background:#fff;border:1px solid #d8dce3;border-radius:8px}h1{font-size:1.25rem;margin-top:0}ul{padding-left:1.2rem}dt{color:#5b6472;font-size:.85rem}dd{margin:0 0 .6rem;overflow-wrap:anywhere}input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;letter-spacing:.1em;text-transform:uppercase}button{font:inherit;padding:.5rem 1.2rem;margin:1rem .5rem 0 0;border-radius:6px;border:1px solid #1f4fd8;background:#1f4fd8;color:#fff}button.no{background:#fff;color:#1c2330;border-color:#aab1bd}.warning{border-left:4px solid #c77700;padding-left:.8rem}@media(prefers-color-scheme:dark){body{background:#14181f;color:#e6e9ef}main{background:#1d232d;border-color:#333b48}button.no{background:#1d232d;color:#e6e9ef}}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** HTML that was put together with {@link markup}, and is not escaped again. */
export class Markup {
  constructor(readonly html: string) {}
}

type Part = string | Markup | readonly Markup[];

/** `markup\`<b>${text}</b>\``: what is put in is escaped, unless it is markup itself. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const written = parts.map((part) =>
    part instanceof Markup ? part.html : typeof part === 'string' ? escapeHtml(part) : part.map(({ html }) => html).join(''),
  );
  return new Markup(texts.map((text, i) => `${text}${written[i] ?? ''}`).join(''));
}

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Origins, or schemes such as `vscode:`, to which a form of the page leads in the end, besides our own. Browsers hold redirects after it to this. */
  readonly formsLeadTo?: readonly string[];
}

/** A page without script, and the policy that keeps it so. */
export function renderPage({ title, body, formsLeadTo = [] }: Page): { readonly html: string; readonly policy: string } {
  return {
    html: `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · Sextant</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${body.html}
</main></body></html>
`,
    policy: `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${["'self'", ...formsLeadTo].join(' ')}; frame-ancestors 'none'; base-uri 'none'`,
  };
}
