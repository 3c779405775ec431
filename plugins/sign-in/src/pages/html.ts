/** Markup that may stand in a page as it is. Only {@link html} makes it. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | false | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** Writes markup. What is put in is text, in elements and in quoted attributes, unless it is markup that was made so; false and undefined are nothing. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(literals.reduce((text, literal, i) => text + rendered(parts[i - 1]) + literal));

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(rendered).join('') : escaped(String(part));
}

/** Data for scripts of the page that it holds as text and that no browser runs. */
export const dataBlock = (data: unknown): Html =>
  new Html(`<script type="application/json" id="context">${JSON.stringify(data).replace(/</g, '\\u003c')}</script>`);
