import { SextantError, z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { type Endpoint, endpointOf, graphql } from '../endpoint.js';
import { commandOutput, table } from '../output.js';
import { printable } from '../printable.js';

const FIELDS =
  'name state online seenAt repositories indexBytes incoming outgoing moving { repository { name } from } pinned { name } problem';
const Named = z.object({ name: z.string() });
const Node = z.object({
  name: z.string(),
  state: z.string(),
  online: z.boolean(),
  seenAt: z.string().nullable(),
  repositories: z.number(),
  indexBytes: z.union([z.string(), z.number()]),
  incoming: z.number(),
  outgoing: z.number(),
  moving: z.array(z.object({ repository: Named, from: z.array(z.string()) })),
  pinned: z.array(Named),
  problem: z.string().nullable(),
});
type Node = z.output<typeof Node>;
const Done = z.looseObject({});
const Found = z.object({ repository: z.object({ id: z.string() }).nullable() });

/** What search processes hold, and where repositories are to be; asks a running Sextant. */
export const searchNodes: AddCommand = (program, done) => {
  const group = program.command('search-nodes').description('Search processes: what they hold, and which repositories belong where.');
  const out = () => commandOutput(program.opts().json === true);
  const command = (usage: string, description: string) =>
    group.command(usage).description(description).option('--endpoint <url>', 'address of the Sextant');

  command('list', 'Show the nodes, what each holds and what is moving.').action(async (options: { endpoint?: string }) => {
    const { searchNodes: nodes } = await graphql(
      endpointOf(options.endpoint),
      `{ searchNodes { ${FIELDS} } }`,
      z.object({ searchNodes: z.array(Node) }),
    );
    out().json(nodes);
    out().line(nodes.length === 0 ? 'No search process has been seen yet.' : shown(nodes));
    done(0);
  });

  for (const [verb, description] of [
    ['drain', 'Give the repositories of a node to the others, and no more to it.'],
    ['undrain', 'Give a node its share of the repositories again.'],
  ] as const)
    command(`${verb} <node>`, description).action(async (name: string, options: { endpoint?: string }) => {
      const { node } = await graphql(
        endpointOf(options.endpoint),
        `mutation Steer($name: String!) { node: ${verb}SearchNode(name: $name) { ${FIELDS} } }`,
        z.object({ node: Node }),
        { name },
      );
      out().json(node);
      out().line(`${printable(node.name)} is ${inWords(node)}.`);
      if (node.state === 'DRAINING') out().line('"sextant search-nodes list" says "drained" when it is empty.');
      done(0);
    });

  command('pin <repository> <nodes...>', 'Keep a repository on these nodes and no others.').action(
    async (repository: string, nodes: string[], options: { endpoint?: string }) => {
      const endpoint = endpointOf(options.endpoint);
      await graphql(
        endpoint,
        'mutation Pin($id: ID!, $nodes: [String!]!) { pinRepositoryToSearchNodes(repository: $id, nodes: $nodes) { alwaysNil } }',
        Done,
        { id: await idOf(endpoint, repository), nodes },
      );
      out().json({ repository, nodes });
      out().line(`${printable(repository)} belongs on ${nodes.map(printable).join(', ')}.`);
      done(0);
    },
  );

  command('unpin <repository>', 'Place a repository like any other again.').action(
    async (repository: string, options: { endpoint?: string }) => {
      const endpoint = endpointOf(options.endpoint);
      await graphql(endpoint, 'mutation Unpin($id: ID!) { unpinRepositoryFromSearchNodes(repository: $id) { alwaysNil } }', Done, {
        id: await idOf(endpoint, repository),
      });
      out().json({ repository, nodes: [] });
      out().line(`${printable(repository)} is placed like any other.`);
      done(0);
    },
  );
};

async function idOf(endpoint: Endpoint, name: string): Promise<string> {
  const { repository } = await graphql(endpoint, 'query Named($name: String!) { repository(name: $name) { id } }', Found, { name });
  if (repository) return repository.id;
  throw new SextantError('SEXTANT_CLI_USAGE', {
    what: `There is no repository ${JSON.stringify(name)}.`,
    fix: 'Give its whole name, as a search shows it.',
  });
}

function shown(nodes: readonly Node[]): string {
  const rows = nodes.map((node) => [
    printable(node.name),
    inWords(node),
    node.repositories.toLocaleString('en'),
    `${(Number(node.indexBytes) / 2 ** 20).toFixed(1)} MiB`,
    moves(node),
    node.pinned.length === 0 ? '' : node.pinned.map(({ name }) => printable(name)).join(', '),
  ]);
  const moving = nodes.flatMap((node) =>
    node.moving.map(
      ({ repository, from }) =>
        `  ${printable(repository.name)}: ${from.length > 0 ? from.map(printable).join(', ') : 'index'} → ${printable(node.name)}`,
    ),
  );
  const problems = nodes.flatMap(({ name, problem }) => (problem ? [`${printable(name)}: ${printable(problem)}`] : []));
  return [
    table(['NODE', 'STATE', 'REPOSITORIES', 'SIZE', 'MOVING', 'PINNED'], rows),
    ...(moving.length > 0 ? ['', 'Moving:', ...moving] : []),
    ...(problems.length > 0 ? ['', ...problems] : []),
  ].join('\n');
}

const STATES: Readonly<Record<string, string>> = {
  EVERYTHING: 'holds everything',
  ACTIVE: 'active',
  DRAINING: 'draining',
  DRAINED: 'drained',
};

const inWords = ({ state, online }: Node): string => `${STATES[state] ?? state.toLowerCase()}${online ? '' : ', down'}`;

const moves = ({ incoming, outgoing }: Node): string =>
  [...(incoming > 0 ? [`${incoming} to come`] : []), ...(outgoing > 0 ? [`${outgoing} to go`] : [])].join(', ');
