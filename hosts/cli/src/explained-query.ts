import { z } from '@sextant/sdk';
import { printable } from './printable.js';

interface Tree {
  readonly kind: string;
  readonly text: string;
  readonly children: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ kind: z.string(), text: z.string(), children: z.array(Tree) }));

const Shard = z.object({ shard: z.string(), documents: z.number(), contentBytes: z.number() });
const Source = z.object({
  repository: z.string(),
  revision: z.string().optional(),
  commit: z.string().optional(),
  by: z.string(),
  why: z.string().optional(),
  shards: z.array(Shard).optional(),
});
/** As much of `searchQueryExplain` as is shown in words; `--json` shows the rest. */
const Explanation = z.object({
  query: z.object({
    patternType: z.string(),
    canonical: z.string(),
    tree: Tree.optional(),
    notices: z.array(z.object({ message: z.string() })),
    patterns: z.array(
      z.object({ pattern: z.object({ kind: z.string(), source: z.string() }), engine: z.string(), why: z.string(), required: z.string() }),
    ),
  }),
  work: z.array(z.object({ kinds: z.array(z.string()), repositories: z.number(), sources: z.array(Source), moreSources: z.number() })),
  cost: z.object({ words: z.string() }),
  verdict: z.object({ exhaustive: z.boolean(), words: z.string() }),
});

/** What `sextant query explain` prints: the tree, the patterns, the plan by repository, the cost. */
export function explainedInWords(explanation: unknown): string {
  const { query, work, cost, verdict } = Explanation.parse(explanation);
  return `${[
    `Query      ${query.canonical} (${query.patternType})`,
    ...query.notices.map(({ message }) => `Note       ${message}`),
    ...(query.tree ? ['', 'Tree', ...treeLines(query.tree, 1)] : []),
    ...(query.patterns.length > 0 ? ['', 'Patterns', ...query.patterns.map(patternLine)] : []),
    ...work.flatMap((part, i) => ['', work.length > 1 ? `Plan of alternative ${i + 1}` : 'Plan', ...workLines(part)]),
    '',
    `Cost       ${cost.words}.`,
    ...(verdict.exhaustive ? [] : [`Incomplete ${verdict.words}`]),
  ]
    .map(printable)
    .join('\n')}\n`;
}

const treeLines = ({ kind, text, children }: Tree, depth: number): string[] => [
  `${'  '.repeat(depth)}${children.length > 0 ? kind : `${kind} ${text}`}`,
  ...children.flatMap((child) => treeLines(child, depth + 1)),
];

const ENGINES: Readonly<Record<string, string>> = { literal: 'text', v8: 'runtime', re2: 'RE2' };

function patternLine({ pattern, engine, why, required }: z.output<typeof Explanation>['query']['patterns'][number]): string {
  const source = pattern.kind === 'regexp' ? `/${pattern.source}/` : JSON.stringify(pattern.source);
  return `  ${source}: ${ENGINES[engine] ?? engine}, as ${why}; the index is asked for ${required}`;
}

function workLines({ kinds, repositories, sources, moreSources }: z.output<typeof Explanation>['work'][number]): string[] {
  return [
    `  Looks for ${kinds.join(', ')} in ${repositories} ${repositories === 1 ? 'repository' : 'repositories'}`,
    ...sources.flatMap(({ repository, revision, commit, by, why, shards = [] }) => {
      const at = revision ?? commit;
      const head = `  ${repository}${at === undefined ? '' : `@${at}`}: `;
      if (by === 'commits') return [`${head}its history`];
      if (by === 'files') return [`${head}from git${why === undefined ? '' : `, as ${why}`}`];
      return [`${head}index`, ...shards.map((s) => `    shard ${s.shard}: ${s.documents} files, ${s.contentBytes} bytes`)];
    }),
    ...(moreSources > 0 ? [`  … and ${moreSources} more`] : []),
  ];
}
