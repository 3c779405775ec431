import { SextantError } from '@sextant/sdk';
import { createParser } from 'eventsource-parser';
import type { AddCommand } from '../add-command.js';
import { call, endpointOf } from '../endpoint.js';

interface StreamMatch {
  readonly type: string;
  readonly repository: string;
  readonly path?: string;
  readonly lineMatches?: readonly { readonly line: string; readonly lineNumber: number }[];
  readonly symbols?: readonly { readonly name: string; readonly kind: string; readonly line: number }[];
  readonly oid?: string;
  readonly message?: string;
  readonly authorName?: string;
  readonly authorDate?: string;
}

export const search: AddCommand = (program, done) => {
  program
    .command('search')
    .description('Search a running Sextant; the last line says whether the answer is complete.')
    .argument('<query...>')
    .option('--endpoint <url>', 'address of the Sextant (SEXTANT_ENDPOINT, http://127.0.0.1:7080)')
    .option('--pattern-type <type>', 'keyword, standard, literal or regexp')
    .action(async (words: string[], options: { endpoint?: string; patternType?: string }) => {
      const json = program.opts().json === true;
      const parameters = new URLSearchParams({ q: words.join(' '), ...(options.patternType ? { t: options.patternType } : {}) });
      const response = await call(endpointOf(options.endpoint), `/.api/search/stream?${parameters}`, {
        headers: { accept: 'text/event-stream' },
      });
      if (!response.ok || !response.body)
        throw new SextantError('SEXTANT_CLI_REFUSED', {
          what: `The search was refused with status ${response.status}.`,
          why: (await response.text()).slice(0, 300),
          fix: 'Check the query, and SEXTANT_ACCESS_TOKEN.',
        });
      let failed = false;
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === 'done') return;
          if (json) return void process.stdout.write(`${JSON.stringify({ type: event, data: JSON.parse(data) })}\n`);
          failed = print(event ?? '', JSON.parse(data)) || failed;
        },
      });
      const decoder = new TextDecoder();
      for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
      done(failed ? 1 : 0);
    });
};

/** @returns true when the event means that the search failed. */
function print(event: string, data: unknown): boolean {
  switch (event) {
    case 'matches':
      for (const match of data as readonly StreamMatch[]) printMatch(match);
      return false;
    case 'alert': {
      const { title, description, proposedQueries } = data as {
        title: string;
        description: string;
        proposedQueries: readonly { description: string; query: string }[];
      };
      process.stderr.write(`${title}\n${description}\n${proposedQueries.map((p) => `  ${p.description}: ${p.query}\n`).join('')}`);
      return (data as { kind?: string }).kind === 'invalid-query';
    }
    case 'verdict':
      process.stderr.write(`${(data as { words: string }).words}\n`);
      return false;
    case 'error':
      process.stderr.write(`${(data as { message: string }).message}\n`);
      return true;
    default:
      return false;
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
  process.stdout.write(`${lines.map(printable).join('\n')}\n`);
}

/** File names and lines are other people's: nothing in them may drive the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
