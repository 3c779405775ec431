import type { SiteUser, SiteUserStore } from '../storage/site-user-store.js';

const PAGE = 1000;
const COLUMNS = ['id', 'username', 'displayName', 'email', 'siteAdmin', 'createdAt', 'lastActiveAt', 'deletedAt'] as const;

/** All people as CSV (RFC 4180), a page of the table at a time. */
export async function* usersCsv(store: SiteUserStore, signal: AbortSignal): AsyncIterable<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for (let offset = 0; ; offset += PAGE) {
    signal.throwIfAborted();
    const users = await store.list({}, { limit: PAGE, offset, orderBy: 'ID', descending: false });
    if (users.length > 0) yield users.map(line).join('');
    if (users.length < PAGE) return;
  }
}

const line = (user: SiteUser): string => `${COLUMNS.map((column) => cell(user[column])).join(',')}\r\n`;

function cell(value: SiteUser[keyof SiteUser]): string {
  const text = value instanceof Date ? value.toISOString() : String(value ?? '');
  // What a person calls themselves must not be a formula to whoever opens the file as a sheet.
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
