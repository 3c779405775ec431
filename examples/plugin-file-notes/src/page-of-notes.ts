import type { Note } from './notes.js';

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page without scripts. What people wrote is text in it, and nothing else. */
export const pageOfNotes = (notes: readonly Note[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Notes on files</title></head>
<body><h1>Notes on files</h1><ul>${notes.map(({ path, text }) => `<li><code>${escaped(path)}</code> ${escaped(text)}</li>`).join('')}</ul></body></html>
`;
