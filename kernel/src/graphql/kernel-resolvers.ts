import { type Contribution, decodeNodeId, type NodeKind, type PluginStatus, type Plugins } from '@sextant/sdk';
import { isObjectType } from 'graphql';
import type { Boundary } from '../boundary/boundary.js';
import type { ProcessState } from '../lifecycle/process-state.js';
import type { OutboundLog } from '../outbound/outbound-log.js';
import type { KernelResolvers } from './mount-resolvers.js';
import type { OperationState } from './operation-state.js';
import { outboundRequestFields, outboundRequests } from './outbound-requests.js';
import { blame } from './present-error.js';

/** What the kernel's own fields read. */
export interface KernelSources {
  plugins(): Plugins;
  /** The requests to other servers that are kept; undefined in a process without a database. */
  readonly outbound?: OutboundLog | undefined;
  /** Where it is written down that somebody did what these fields do; undefined in a process without a database. */
  readonly acts?:
    | { record(entity: string, action: string, fields?: Readonly<Record<string, string | number | boolean>>): Promise<void> }
    | undefined;
  /** The contributions to `core.nodes@1` as they stand now. */
  nodes(): readonly Contribution<NodeKind>[];
  /** The state of a plugin each time it changes. Ends with the signal. */
  pluginChanges(signal: AbortSignal): AsyncIterable<PluginStatus>;
  /** How the plugins of each process are. */
  processes(): Promise<readonly ProcessState[]>;
}

// What `node(id)` loaded → its kind: a plain object out of a plugin says nowhere which GraphQL type it is.
const kinds = new WeakMap<object, string>();

export function kindOfNode(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const named = (value as { __typename?: unknown }).__typename;
  return kinds.get(value) ?? (typeof named === 'string' ? named : undefined);
}

const constant = (text: string): string => text.toUpperCase().replaceAll('-', '_');

export function kernelResolvers(sources: KernelSources, boundary: Boundary): KernelResolvers {
  const processes = sharedWhileAsked(() => sources.processes());
  return {
    Query: {
      node: (_parent, args: { id: string }, state) => loadNode(args.id, sources.nodes(), state, boundary),
      plugins: () => sources.plugins().list(),
      outboundRequests: async (_parent, args) => {
        await sources.acts?.record('requests.outbound', 'viewed');
        return outboundRequests(sources.outbound, args);
      },
    },
    Mutation: {
      // Before the deed: it may switch off the very plugin that keeps the log, and a deed that fails was still tried.
      enablePlugin: async (_parent, args: { id: string }) => {
        await sources.acts?.record('plugin', 'enabled', { plugin: args.id.slice(0, 100) });
        return sources.plugins().enable(args.id);
      },
      disablePlugin: async (_parent, args: { id: string; cascade?: boolean | null }) => {
        const cascade = args.cascade ?? false;
        await sources.acts?.record('plugin', 'disabled', { plugin: args.id.slice(0, 100), cascade });
        return sources.plugins().disable(args.id, { cascade });
      },
    },
    Subscription: {
      pluginChanged: {
        subscribe: (_parent, args: { id?: string | null }, state) => changesOf(sources.pluginChanges(state.signal), args.id ?? undefined),
        resolve: (status) => status,
      },
    },
    Plugin: {
      toggle: (status) => constant((status as PluginStatus).toggle),
      state: (status) => constant((status as PluginStatus).state),
      processes: async (status) =>
        (await processes()).flatMap(({ instance, roles, plugins }) =>
          plugins.filter(({ id }) => id === (status as PluginStatus).id).map((plugin) => ({ ...plugin, instance, roles })),
        ),
    },
    OutboundRequest: outboundRequestFields,
    PluginProcess: {
      state: (process) => constant((process as { readonly state: string }).state),
    },
  };
}

/** One answer for all who ask while it is on its way: a list asks for each of its plugins. */
function sharedWhileAsked<V>(ask: () => Promise<V>): () => Promise<V> {
  let answer: Promise<V> | undefined;
  return () => {
    answer ??= ask().finally(() => {
      answer = undefined;
    });
    return answer;
  };
}

async function* changesOf(changes: AsyncIterable<PluginStatus>, id: string | undefined): AsyncGenerator<PluginStatus> {
  for await (const status of changes) if (id === undefined || status.id === id) yield status;
}

async function loadNode(
  nodeId: string,
  contributions: readonly Contribution<NodeKind>[],
  state: OperationState,
  boundary: Boundary,
): Promise<object | null> {
  for (const { plugin, value } of contributions) {
    const id = decodeNodeId(value.kind, nodeId);
    // A kind whose type is not in this schema belongs to a plugin whose GraphQL was rejected: nobody could select a field of it.
    if (id === undefined || !isObjectType(state.generation.schema.getType(value.kind))) continue;
    const entry = { plugin, kind: 'resolver', name: `node ${value.kind}` } as const;
    try {
      const node = await boundary.enter(entry, () => value.load(id, state.of(plugin)));
      if (node === null || node === undefined) return null;
      kinds.set(node, value.kind);
      return node;
    } catch (error) {
      throw blame(error, plugin, entry.name);
    }
  }
  return null;
}
