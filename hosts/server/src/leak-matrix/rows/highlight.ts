import { gql, type PluginRows } from '../row.js';

const blob = 'query ($name: String!, $path: String!) { repository(name: $name) { commit(rev: "HEAD") { blob(path: $path) { highlight';
const named = (t: { readonly name: string; readonly file: { readonly path: string } }) => ({ name: t.name, path: t.file.path });
const file = { about: 'file' } as const;

/** The lines of files, in colours. */
export const highlightRows = (): PluginRows => ({
  plugin: 'highlight',
  rows: [
    gql(
      'a file in colours',
      `${blob}(disableTimeout: false, format: HTML_HIGHLIGHT, startLine: 1, endLine: 9, isLightTheme: true, highlightLongLines: true) { html } } } } }`,
      named,
      file,
    ),
    gql('a file without colours', `${blob}(disableTimeout: false, format: HTML_PLAINTEXT) { html } } } } }`, named, file),
    gql('the language of a file', `${blob}(disableTimeout: false) { language aborted } } } } }`, named, {
      ...file,
      reveals: ({ body }) => body.includes('"language"'),
    }),
  ],
  reasons: [],
});
