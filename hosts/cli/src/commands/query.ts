import { z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { endpointOf, graphql } from '../endpoint.js';

const Explained = z.object({
  explainSearchQuery: z.object({
    explanation: z.unknown(),
    alert: z
      .object({
        title: z.string(),
        description: z.string().nullable(),
        proposedQueries: z.array(z.object({ description: z.string().nullable(), query: z.string() })).nullable(),
      })
      .nullable(),
  }),
});

export const query: AddCommand = (program, done) => {
  program
    .command('query')
    .description('Commands about queries.')
    .command('explain')
    .description('Show how a query is understood, without running it.')
    .argument('<query...>')
    .option('--endpoint <url>', 'address of the Sextant')
    .option('--pattern-type <type>', 'keyword, standard, literal or regexp')
    .action(async (words: string[], options: { endpoint?: string; patternType?: string }) => {
      const { explainSearchQuery: answer } = await graphql(
        endpointOf(options.endpoint),
        'query Explain($query: String!, $type: SearchPatternType) { explainSearchQuery(query: $query, patternType: $type) { explanation alert { title description proposedQueries { description query } } } }',
        Explained,
        { query: words.join(' '), type: options.patternType ?? null },
      );
      if (answer.alert) {
        process.stderr.write(`${answer.alert.title}\n${answer.alert.description ?? ''}\n`);
        for (const proposal of answer.alert.proposedQueries ?? []) process.stderr.write(`  ${proposal.description}: ${proposal.query}\n`);
        return done(1);
      }
      process.stdout.write(`${JSON.stringify(answer.explanation, null, 2)}\n`);
      done(0);
    });
};
