import { type Page, renderPage } from '../pages/page.js';

interface Answered {
  type: string;
  body: unknown;
  set(name: string, value: string): void;
}

/** Answers with a page, and its policy. */
export function show(ctx: Answered, page: Page): void {
  const { html, policy } = renderPage(page);
  ctx.type = 'html';
  ctx.set('content-security-policy', policy);
  ctx.body = html;
}
