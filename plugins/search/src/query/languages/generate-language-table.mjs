// Writes language-table.ts from the linguist-languages package: node plugins/search/src/query/languages/generate-language-table.mjs
import { writeFileSync } from 'node:fs';
import * as languages from 'linguist-languages';

const rows = Object.values(languages)
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, type, aliases = [], extensions = [], filenames = [] }) =>
    [name, type, aliases.join(' '), extensions.join(' '), filenames.join('/')].join('|'),
  );

writeFileSync(
  new URL('./language-table.ts', import.meta.url),
  `// Written by generate-language-table.mjs from linguist-languages (MIT). Do not edit.
// One language a line: name | type | aliases | extensions | file names (parted by "/").
export const LANGUAGE_TABLE = \`${rows.join('\n')}\`;
`,
);
