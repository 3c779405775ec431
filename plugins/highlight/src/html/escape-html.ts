// Marks for the direction of text reorder what is read without changing what runs, so they are shown, not obeyed (CVE-2021-42574).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const SPECIAL = /[&<>"'\u0000-\u0008\u000A-\u001F\u007F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text as HTML that shows it and does nothing else. A control character becomes its picture, a mark of direction a box that names it; both stay
 * one UTF-16 unit wide, so that offsets into the text are offsets into what is shown.
 */
export const escapeHtml = (text: string): string => text.replace(SPECIAL, escapeOne);

function escapeOne(char: string): string {
  const entity = ENTITIES[char];
  if (entity) return entity;
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<span class="tok-bidi" title="U+${code.toString(16).toUpperCase().padStart(4, '0')}">\uFFFD</span>`;
}
