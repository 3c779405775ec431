import { printable } from './printable.js';

export interface Alert {
  readonly title: string;
  readonly description: string;
  readonly proposedQueries: readonly { readonly description: string; readonly query: string }[];
  /** Parts of the query, half-open. */
  readonly problems?: readonly { readonly start: number; readonly end: number }[];
}

/** An alert on lines of its own, with what it is about underlined in the query. */
export function alertInWords({ title, description, proposedQueries, problems = [] }: Alert, query: string): string {
  const end = Math.max(0, ...problems.map((problem) => Math.max(problem.end, problem.start + 1)));
  const marks = Array.from({ length: end }, (_, at) =>
    problems.some((problem) => at >= problem.start && at < Math.max(problem.end, problem.start + 1)) ? '^' : ' ',
  );
  return `${[
    title,
    ...(problems.length > 0 ? [`  ${printable(query)}`, `  ${marks.join('')}`] : []),
    ...description.split('\n').map(printable),
    ...proposedQueries.map((proposal) => `  ${proposal.description.replace(/:$/, '')}: ${printable(proposal.query)}`),
  ].join('\n')}\n`;
}
