import { SextantError, z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { type Endpoint, endpointOf, graphql } from '../endpoint.js';
import { commandOutput, table } from '../output.js';
import { printable } from '../printable.js';

const PAGE = 1_000;
const SkippedFile = z.object({ path: z.string(), reason: z.string() });
type SkippedFile = z.output<typeof SkippedFile>;
const Index = z.object({
  /** Null: paths are hidden from the asker, and numbers with them. */
  status: z.object({ skippedFilesByReason: z.array(z.object({ reason: z.string(), count: z.number() })) }).nullable(),
  skippedFiles: z.array(SkippedFile),
});
const Found = z.object({ repository: z.object({ textSearchIndex: Index.nullable() }).nullable() });

const QUERY = `query Skipped($name: String!, $first: Int, $offset: Int, $reason: String) {
  repository(name: $name) {
    textSearchIndex { status { skippedFilesByReason { reason count } } skippedFiles(first: $first, offset: $offset, reason: $reason) { path reason } }
  }
}`;

/** What the index knows by its path alone, and why; asks a running Sextant. */
export const skippedFiles: AddCommand = (program, done) => {
  program
    .command('skipped-files <repository>')
    .description('List the files of a repository whose content is not searched, with the reason.')
    .option('--reason <reason>', 'only those skipped for this: too-large, binary, too-many-trigrams, ignored, symlink or missing')
    .option('--limit <count>', 'list at most so many', Number, PAGE)
    .option('--endpoint <url>', 'address of the Sextant')
    .action(async (name: string, { reason, limit, endpoint }: { reason?: string; limit: number; endpoint?: string }) => {
      if (!Number.isInteger(limit) || limit < 1)
        throw new SextantError('SEXTANT_CLI_USAGE', { what: 'The limit is not a whole number from 1.', fix: 'Write --limit 100.' });
      const { counts, files } = await skippedOf(endpointOf(endpoint), name, limit, reason);
      const out = commandOutput(program.opts().json === true);
      out.json({ counts, files });
      out.line(shown(counts, files));
      done(0);
    });
};

interface Skipped {
  /** Null: not all files are for the asker to know of. */
  readonly counts: NonNullable<z.output<typeof Index>['status']>['skippedFilesByReason'] | null;
  readonly files: readonly SkippedFile[];
}

async function skippedOf(endpoint: Endpoint, name: string, limit: number, reason: string | undefined): Promise<Skipped> {
  const files: SkippedFile[] = [];
  for (;;) {
    const first = Math.min(PAGE, limit - files.length);
    const { repository } = await graphql(endpoint, QUERY, Found, { name, first, offset: files.length, reason: reason ?? null });
    const index = repository?.textSearchIndex;
    if (!index)
      throw new SextantError('SEXTANT_CLI_USAGE', {
        what: repository ? `${JSON.stringify(name)} is not indexed yet.` : `There is no repository ${JSON.stringify(name)}.`,
        fix: repository ? 'Wait for its index.' : 'Give its whole name, as a search shows it.',
      });
    files.push(...index.skippedFiles);
    if (index.skippedFiles.length < first || files.length >= limit) return { counts: index.status?.skippedFilesByReason ?? null, files };
  }
}

function shown(counts: Skipped['counts'], files: readonly SkippedFile[]): string {
  if ((counts ?? files).length === 0) return 'The content of every file is searched.';
  const total = (counts ?? countsOf(files)).map(({ reason, count }) => `${count.toLocaleString('en')} ${reason}`).join(', ');
  if (files.length === 0) return `Skipped: ${total}.`;
  const rows = files.map(({ path, reason }) => [printable(path), printable(reason)]);
  return [table(['PATH', 'REASON'], rows), '', `Skipped: ${total}.`].join('\n');
}

function countsOf(files: readonly SkippedFile[]): NonNullable<Skipped['counts']> {
  return [...Map.groupBy(files, ({ reason }) => reason)].map(([reason, { length: count }]) => ({ reason, count }));
}
