import { defineGraphQL } from '@sextant/sdk';
import { InvalidRange } from './highlight-errors.js';
import { plainLines } from './html/line-writer.js';
import { languageOf } from './languages/language-of.js';
import type part from './part.js';
import { readBlob } from './read-blob.js';
import { type Resolvers, schema } from './schema.generated.js';

/** All lines that one request of lineRanges may ask for; ranges may overlap, so the size of the file is no bound. */
const MOST_RANGE_LINES = 1_000_000;

export default defineGraphQL<typeof part>()({
  schema,
  resolvers: ({ git, pool }, ctx): Resolvers => ({
    GitBlob: {
      highlight: async (parent, args, op) => {
        const from = (args.startLine ?? 1) - 1;
        const to = args.endLine ?? Number.POSITIVE_INFINITY;
        if (from < 0 || to <= from) throw noRange(`Lines ${args.startLine ?? 1} to ${args.endLine} are no range.`);
        const { blob, text } = await readBlob(git, parent, op.signal);
        if (args.format === 'HTML_PLAINTEXT')
          return { aborted: false, language: languageOf(parent.path, text).name, lines: plainLines(text), from, to };
        const found = await pool.highlight(
          {
            // The repository and the path are in the key: how fast an answer comes must not tell what lies where one cannot look.
            blob: JSON.stringify([parent.repository.id, parent.path, blob]),
            path: parent.path,
            text,
            timeout: ctx.config.get().timeout,
            disableTimeout: args.disableTimeout,
            highlightLongLines: args.highlightLongLines ?? false,
          },
          op.signal,
        );
        return { ...found, from, to };
      },
    },
    HighlightedFile: {
      html: ({ lines, from, to }) => `<table><tbody>${rows(lines, from, to).join('')}</tbody></table>`,
      lineRanges: ({ lines }, { ranges }) => {
        const wrong = ranges.find(({ startLine, endLine }) => startLine < 0 || endLine < startLine);
        if (wrong) throw noRange(`Lines ${wrong.startLine} to ${wrong.endLine} are no range.`);
        const clipped = ranges.map(({ startLine, endLine }) => ({ startLine, endLine: Math.min(endLine, lines.length) }));
        if (clipped.reduce((sum, { startLine, endLine }) => sum + Math.max(0, endLine - startLine), 0) > MOST_RANGE_LINES)
          throw noRange(`The ranges hold more than ${MOST_RANGE_LINES} lines.`);
        return clipped.map(({ startLine, endLine }) => rows(lines, startLine, endLine));
      },
    },
  }),
});

function rows(lines: readonly string[], from: number, to: number): string[] {
  return lines.slice(from, to).map((line, index) => {
    // An empty cell would have no height, and a copied blank line no line break.
    const code = line === '' ? '\n' : line;
    return `<tr><td class="line" data-line="${from + index + 1}"></td><td class="code">${code}</td></tr>`;
  });
}

const noRange = (what: string) => new InvalidRange({ what });
