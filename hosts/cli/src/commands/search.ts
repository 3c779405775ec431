import { SextantError } from '@sextant/sdk';
import { createParser } from 'eventsource-parser';
import type { AddCommand } from '../add-command.js';
import { type Alert, alertInWords } from '../alert-in-words.js';
import { call, endpointOf } from '../endpoint.js';
import { GROUPINGS, groupedSearch } from '../grouped-search.js';
import { inertJson, printable } from '../printable.js';

const FIXES: Readonly<Record<number, string>> = {
  401: 'Check SEXTANT_ACCESS_TOKEN; without one, SEXTANT_DATA_DIR.',
  403: 'Check SEXTANT_ACCESS_TOKEN.',
  404: 'Check the address, and that the plugin search is active there: sextant plugin list.',
};

interface StreamMatch {
  readonly type: string;
  readonly repository: string;
  readonly commit: string;
  readonly stale: boolean;
  readonly lagSeconds: number;
  readonly path?: string;
  readonly lineMatches?: readonly { readonly line: string; readonly lineNumber: number }[];
  readonly symbols?: readonly { readonly name: string; readonly kind: string; readonly line: number }[];
  readonly oid?: string;
  readonly message?: string;
  readonly authorName?: string;
  readonly authorDate?: string;
}

interface SearchOptions {
  readonly endpoint?: string;
  readonly patternType?: string;
  readonly groupBy?: string;
  readonly first?: string;
}

export const search: AddCommand = (program, done) => {
  program
    .command('search')
    .description('Search a running Sextant; the last line says whether the answer is complete.')
    .argument('<query...>')
    .option('--endpoint <url>', 'address of the Sextant (SEXTANT_ENDPOINT, http://127.0.0.1:7080)')
    .option('--pattern-type <type>', 'keyword, standard, literal or regexp')
    .option('--group-by <mode>', `count the matches by ${GROUPINGS.join(', ')} instead of listing them`)
    .option('--first <number>', 'groups to list, those with most matches first (10)')
    .action(async (words: string[], options: SearchOptions) => {
      const json = program.opts().json === true;
      if (options.groupBy !== undefined) return done(await groupedSearch(words.join(' '), { ...options, groupBy: options.groupBy, json }));
      const parameters = new URLSearchParams({ q: words.join(' '), ...(options.patternType ? { t: options.patternType } : {}) });
      const response = await call(endpointOf(options.endpoint), `/.api/search/stream?${parameters}`, {
        headers: { accept: 'text/event-stream' },
      });
      if (!response.ok || !response.body)
        throw new SextantError('SEXTANT_CLI_REFUSED', {
          what: `The search was refused with status ${response.status}.`,
          why: (await response.text()).slice(0, 600),
          fix: FIXES[response.status] ?? 'Check the query.',
        });
      let failed = false;
      let found = false;
      let whole = false;
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === 'done') {
            whole = true;
            return;
          }
          const value: unknown = JSON.parse(data);
          failed ||= isFailure(event, value);
          if (json) return void process.stdout.write(`${inertJson(JSON.stringify({ type: event, data: value }))}\n`);
          if (event === 'verdict' && !found && !failed) process.stderr.write('No results.\n');
          found ||= event === 'matches';
          print(event ?? '', value, words.join(' '));
        },
      });
      const decoder = new TextDecoder();
      for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
      if (!whole)
        throw new SextantError('SEXTANT_CLI_REFUSED', {
          what: 'The answer was cut off.',
          why: 'The stream ended before Sextant said that it was done.',
          fix: 'Search again; if it stays, see whether Sextant still runs, and whether a proxy ends long answers.',
        });
      done(failed ? 1 : 0);
    });
};

/** Alerts of queries that nothing was searched for. */
const NOT_SEARCHED: readonly string[] = ['invalid-query', 'no-provider'];

/** Does the event mean that the search failed? */
const isFailure = (event: string | undefined, data: unknown): boolean =>
  event === 'error' || (event === 'alert' && NOT_SEARCHED.includes((data as { readonly kind?: string }).kind ?? ''));

function print(event: string, data: unknown, query: string): void {
  switch (event) {
    case 'matches':
      for (const match of data as readonly StreamMatch[]) printMatch(match);
      return;
    case 'alert':
      process.stderr.write(alertInWords(data as Alert, query));
      return;
    case 'verdict':
      process.stderr.write(`${(data as { words: string }).words}\n`);
      return;
    case 'error':
      process.stderr.write(`${(data as { message: string }).message}\n`);
  }
}

function printMatch(match: StreamMatch): void {
  const where = match.path === undefined ? match.repository : `${match.repository}/${match.path}`;
  const lines = match.lineMatches?.map(({ lineNumber, line }) => `${where}:${lineNumber + 1}: ${line}`) ??
    match.symbols?.map((s) => `${where}:${s.line + 1}: ${s.kind.toLowerCase()} ${s.name}`) ?? [
      match.oid === undefined
        ? where
        : `${where}@${match.oid.slice(0, 12)}: ${match.authorDate?.slice(0, 10)} ${match.authorName}: ${match.message?.split('\n', 1)[0]}`,
    ];
  const behind = match.stale ? `  [commit ${match.commit.slice(0, 12)} of the index, ${match.lagSeconds} s behind or more]` : '';
  process.stdout.write(`${lines.map((line) => printable(line) + printable(behind)).join('\n')}\n`);
}
