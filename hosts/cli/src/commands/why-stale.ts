import { z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { endpointOf, graphql } from '../endpoint.js';
import { commandOutput, table } from '../output.js';
import { printable } from '../printable.js';
import { whenInWords } from '../when-in-words.js';

const text = z.string().nullable();
const Step = z.object({
  name: z.string(),
  state: z.string(),
  lastSuccess: text,
  nextTry: text,
  code: text,
  cause: text,
  detail: text,
  fix: text,
  commit: text,
});
const Report = z.object({
  name: z.string(),
  verdict: z.string(),
  summary: z.string(),
  fix: text,
  steps: z.array(Step),
  nearest: z.array(z.string()),
});
type Report = z.output<typeof Report>;

const QUERY = `query Stale($name: String!) {
  repositoryFreshness(name: $name) {
    name verdict summary fix nearest
    steps { name state lastSuccess nextTry code cause detail fix commit }
  }
}`;

/** Why a repository is as old as it is; asks a running Sextant. Ends with code 1 unless all is done or under way. */
export const whyStale: AddCommand = (program, done) => {
  program
    .command('why-stale <repository>')
    .description('Say how far a repository has come from its code host to the index, and what holds it up.')
    .option('--endpoint <url>', 'address of the Sextant')
    .action(async (name: string, { endpoint }: { endpoint?: string }) => {
      const { repositoryFreshness: report } = await graphql(endpointOf(endpoint), QUERY, z.object({ repositoryFreshness: Report }), {
        name,
      });
      const out = commandOutput(program.opts().json === true);
      out.json(report);
      out.line(reportInWords(report, name, new Date()));
      done(report.verdict === 'FRESH' || report.verdict === 'UPDATING' ? 0 : 1);
    });
};

/** @param asked the name that was asked for: a repository that was renamed answers under its present one. */
export function reportInWords({ name, verdict, summary, fix, steps, nearest }: Report, asked: string, now: Date): string {
  const lines = [`${printable(name)} is ${verdict === 'UNKNOWN' ? 'not there' : verdict.toLowerCase()}. ${printable(summary)}`];
  if (name.toLowerCase() !== asked.toLowerCase()) lines.unshift(`${printable(asked)} is called ${printable(name)} now.`);
  if (nearest.length > 0) lines.push('', 'Did you mean:', ...nearest.map((near) => `  ${printable(near)}`));
  if (steps.length > 0) {
    const rows = steps.map((step) => [
      printable(step.name),
      step.state.toLowerCase(),
      whenInWords(step.lastSuccess, now),
      whenInWords(step.nextTry, now),
      step.commit?.slice(0, 12) ?? '',
      printable(step.cause ?? ''),
    ]);
    lines.push('', table(['STEP', 'STATE', 'LAST SUCCESS', 'NEXT TRY', 'COMMIT', 'CAUSE'], rows));
  }
  const told = steps.filter(({ detail, code }) => detail !== null || code !== null);
  if (told.length > 0) {
    const said = told.map(
      ({ name: step, code, detail }) => `  ${printable(step)}: ${[code, detail && printable(detail)].filter(Boolean).join(' ')}`,
    );
    lines.push('', 'In detail:', ...said);
  }
  const fixes = new Set([fix, ...steps.filter(({ state }) => state === 'FAILING').map((step) => step.fix)].filter((one) => one !== null));
  if (fixes.size > 0) lines.push('', 'What to do:', ...[...fixes].map((one) => `  ${printable(one)}`));
  return lines.join('\n');
}
