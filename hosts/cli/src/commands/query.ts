import { z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { alertInWords } from '../alert-in-words.js';
import { endpointOf, graphql } from '../endpoint.js';
import { explainedInWords } from '../explained-query.js';

const Explained = z.object({
  searchQueryExplain: z.object({
    explanation: z.unknown(),
    alert: z
      .object({
        title: z.string(),
        description: z.string().nullable(),
        proposedQueries: z.array(z.object({ description: z.string(), query: z.string() })),
        problems: z.array(z.object({ range: z.object({ start: z.number(), end: z.number() }) })),
      })
      .nullable(),
  }),
});

export const query: AddCommand = (program, done) => {
  program
    .command('query')
    .description('Commands about queries.')
    .command('explain')
    .description('Show how a query is understood, where it would be looked for and what that costs, without running it.')
    .argument('<query...>')
    .option('--endpoint <url>', 'address of the Sextant')
    .option('--pattern-type <type>', 'keyword, standard, literal, regexp or structural')
    .option('--json', 'print all of it as JSON')
    .action(async (words: string[], options: { endpoint?: string; patternType?: string; json?: true }) => {
      const { searchQueryExplain: answer } = await graphql(
        endpointOf(options.endpoint),
        'query Explain($query: String!, $type: SearchPatternType) { searchQueryExplain(query: $query, patternType: $type) { explanation alert { title description proposedQueries { description query } problems { range { start end } } } } }',
        Explained,
        { query: words.join(' '), type: options.patternType ?? null },
      );
      if (answer.alert) {
        const problems = answer.alert.problems.map(({ range }) => range);
        process.stderr.write(alertInWords({ ...answer.alert, description: answer.alert.description ?? '', problems }, words.join(' ')));
        return done(1);
      }
      process.stdout.write(options.json ? `${JSON.stringify(answer.explanation, null, 2)}\n` : explainedInWords(answer.explanation));
      done(0);
    });
};
