import { core, type Deps, ROLES, type Role, SextantError, type Token } from '@sextant/sdk';
import type { LoadedPart, PluginRecord } from '../lifecycle/plugin-record.js';

/** `search/api`, the plugin and the name of its part: the unit the graph orders. */
export type PartId = `${string}/${string}`;

export interface PartNode {
  readonly id: PartId;
  readonly plugin: string;
  readonly part: string;
  readonly roles: readonly Role[];
  /** Parts that provide what this one cannot be without. */
  readonly needs: ReadonlySet<PartId>;
  /** Parts that come first when that makes no circle: providers of optional services, contributors to points it reads. */
  readonly prefers: ReadonlySet<PartId>;
}

export interface PartGraph {
  readonly nodes: ReadonlyMap<PartId, PartNode>;
  /** Providers before those who need them; independent of the order of any list. */
  readonly order: readonly PartId[];
  /** Plugins that cannot run, and why: a missing service or a circle. */
  readonly blocked: ReadonlyMap<string, SextantError>;
}

export interface GraphOptions {
  /** Kernel services by key, with the roles that have them; `undefined`: every role. */
  readonly kernelServices: ReadonlyMap<string, readonly Role[] | undefined>;
  /** Keys reachable through a client of another process. */
  readonly remoteKeys: ReadonlySet<string>;
  /** Keys provided by plugins that are installed and not running, for the message. */
  readonly known: ReadonlyMap<string, string>;
}

export const partId = (plugin: string, part: string): PartId => `${plugin}/${part}`;

/** Resolves all dependencies at once. A plugin with a missing service or in a circle is blocked, and so is who needs it. */
export function buildGraph(records: readonly PluginRecord[], options: GraphOptions): PartGraph {
  const blocked = new Map<string, SextantError>();
  let alive = [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
  // Each round removes at least one plugin or is the last: blocking one may leave others without a service.
  for (;;) {
    const providers = providersOf(alive);
    const missing = missingServices(alive, providers, options, blocked);
    const nodes = nodesOf(alive, providers);
    const circles = missing.size > 0 ? new Map<string, SextantError>() : circlesOf(nodes);
    if (missing.size === 0 && circles.size === 0) return { nodes, order: orderOf(nodes), blocked };
    for (const [plugin, error] of [...missing, ...circles]) blocked.set(plugin, error);
    alive = alive.filter((record) => !blocked.has(record.id));
  }
}

function providersOf(records: readonly PluginRecord[]): Map<string, PartId> {
  const providers = new Map<string, PartId>();
  for (const record of records) {
    for (const { name, declarations } of record.parts)
      for (const { token } of declarations.provides) if (!providers.has(token.key)) providers.set(token.key, partId(record.id, name));
  }
  return providers;
}

interface Dependency {
  readonly token: Token<unknown>;
  readonly optional: boolean;
}

/** What the part lists, and what the kernel needs to do for it what it declared. */
function dependenciesOf({ part, declarations }: LoadedPart): readonly Dependency[] {
  const { events } = declarations;
  return [
    ...listed(part.deps),
    ...(events.length > 0 ? [{ token: core.events as Token<unknown>, optional: false }] : []),
    ...(events.some(({ catchUp }) => catchUp) ? [{ token: core.jobs as Token<unknown>, optional: false }] : []),
  ];
}

const listed = (deps: Deps): readonly Dependency[] =>
  Object.values(deps).flatMap((d): Dependency[] =>
    d.kind === 'service' ? [{ token: d, optional: false }] : d.kind === 'maybe' ? [{ token: d.token, optional: true }] : [],
  );

function missingServices(
  records: readonly PluginRecord[],
  providers: ReadonlyMap<string, PartId>,
  options: GraphOptions,
  blocked: ReadonlyMap<string, SextantError>,
): Map<string, SextantError> {
  const missing = new Map<string, SextantError>();
  for (const record of records) {
    const own = new Map<string, { readonly name: string; readonly make: unknown }>();
    for (const loaded of record.parts) {
      const { name, roles, declarations } = loaded;
      for (const { token, make } of declarations.provides) {
        const other = own.get(token.key);
        // The same factory in several parts is one service: whichever of their roles runs, it is there.
        if (other && other.make !== make) missing.set(record.id, providedTwice(record.id, token.key, other.name, name));
        if (!other) own.set(token.key, { name, make });
      }
      for (const { token, optional } of dependenciesOf(loaded)) {
        const kernelRoles = options.kernelServices.get(token.key);
        if (options.kernelServices.has(token.key)) {
          // Of all its roles: where the part runs alone is nothing to be found out in production.
          const without = roles.find((role) => kernelRoles && !kernelRoles.includes(role));
          if (without && kernelRoles) missing.set(record.id, notInRole(record.id, name, without, token.key, kernelRoles));
          continue;
        }
        if (optional || providers.has(token.key) || options.remoteKeys.has(token.key)) continue;
        if (!missing.has(record.id)) missing.set(record.id, notProvided(record.id, name, token.key, providers, options, blocked));
      }
    }
  }
  return missing;
}

function nodesOf(records: readonly PluginRecord[], providers: ReadonlyMap<string, PartId>): Map<PartId, PartNode> {
  const contributors = new Map<string, Set<PartId>>();
  for (const record of records) {
    for (const { name, declarations } of record.parts) {
      for (const { point } of declarations.contributes)
        contributors.set(point.key, (contributors.get(point.key) ?? new Set()).add(partId(record.id, name)));
    }
  }
  const nodes = new Map<PartId, PartNode>();
  for (const record of records) {
    for (const { name, roles, part } of record.parts) {
      const id = partId(record.id, name);
      const needs = new Set<PartId>();
      const prefers = new Set<PartId>();
      for (const dep of Object.values(part.deps)) {
        if (dep.kind === 'point') for (const c of contributors.get(dep.key) ?? []) prefers.add(c);
        const provider = dep.kind === 'service' ? providers.get(dep.key) : dep.kind === 'maybe' ? providers.get(dep.token.key) : undefined;
        if (provider) (dep.kind === 'service' ? needs : prefers).add(provider);
      }
      needs.delete(id);
      prefers.delete(id);
      nodes.set(id, { id, plugin: record.id, part: name, roles, needs, prefers });
    }
  }
  return nodes;
}

/** Every circle, each reported to every plugin in it. */
function circlesOf(nodes: ReadonlyMap<PartId, PartNode>): Map<string, SextantError> {
  const paths = new Map<string, PartId[]>();
  const visit = (id: PartId, path: readonly PartId[]): void => {
    const at = path.indexOf(id);
    if (at >= 0) {
      const circle = path.slice(at);
      const first = circle.indexOf([...circle].sort()[0] as PartId);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      paths.set(turned.join(' '), turned);
      return;
    }
    if (done.has(id)) return;
    for (const need of [...(nodes.get(id)?.needs ?? [])].sort()) visit(need, [...path, id]);
    done.add(id);
  };
  const done = new Set<PartId>();
  for (const id of [...nodes.keys()].sort()) visit(id, []);
  const errors = new Map<string, SextantError>();
  const all = [...paths.values()];
  for (const plugin of new Set(all.flat().map((id) => nodes.get(id)?.plugin ?? ''))) {
    const mine = all.filter((circle) => circle.some((id) => nodes.get(id)?.plugin === plugin));
    errors.set(
      plugin,
      new SextantError('SEXTANT_PLUGIN_CYCLE', {
        what: `Plugin "${plugin}" stands in ${mine.length === 1 ? 'a circle' : `${mine.length} circles`} of needs: ${mine.map((c) => [...c, c[0]].join(' → ')).join('; ')}.`,
        fix: 'Make one of these dependencies optional with maybe(), or move what is shared to a plugin of its own.',
      }),
    );
  }
  return errors;
}

/** Kahn's algorithm with ties broken by id; preferences hold unless they would close a circle. */
function orderOf(nodes: ReadonlyMap<PartId, PartNode>): readonly PartId[] {
  const order: PartId[] = [];
  const placed = new Set<PartId>();
  const rank = (id: PartId): string => {
    const first = Math.min(...(nodes.get(id)?.roles ?? []).map((role) => ROLES.indexOf(role)));
    return `${id.slice(0, id.indexOf('/'))}/${String(first).padStart(2, '0')}/${id}`;
  };
  const waiting = new Set([...nodes.keys()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)));
  while (waiting.size > 0) {
    const ready = (strict: boolean): PartId | undefined => {
      for (const id of waiting) {
        const node = nodes.get(id) as PartNode;
        if ([...node.needs].every((n) => placed.has(n)) && (!strict || [...node.prefers].every((n) => placed.has(n) || !nodes.has(n))))
          return id;
      }
      return undefined;
    };
    const next = ready(true) ?? ready(false);
    if (!next) throw new Error('unreachable: circles were removed before ordering');
    waiting.delete(next);
    placed.add(next);
    order.push(next);
  }
  return order;
}

/** Plugins that (directly or not) cannot be without `plugin`, nearest last. */
export function dependentsOf(graph: PartGraph, plugin: string): readonly string[] {
  const dependents = new Set<string>([plugin]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const node of graph.nodes.values()) {
      if (dependents.has(node.plugin)) continue;
      if ([...node.needs].some((need) => dependents.has(graph.nodes.get(need)?.plugin ?? ''))) {
        dependents.add(node.plugin);
        grew = true;
      }
    }
  }
  dependents.delete(plugin);
  return [...dependents].sort();
}

export function dependsOn(graph: PartGraph, plugin: string): readonly string[] {
  const plugins = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (node.plugin === plugin) for (const need of node.needs) plugins.add(graph.nodes.get(need)?.plugin ?? '');
  }
  plugins.delete(plugin);
  plugins.delete('');
  return [...plugins].sort();
}

const providedTwice = (plugin: string, key: string, a: string, b: string): SextantError =>
  new SextantError('SEXTANT_SERVICE_DUPLICATE', {
    what: `Plugin "${plugin}" provides ${key} twice: in its parts ${a} and ${b}.`,
    fix: 'Both run in one process when their roles do: provide it in one part, or pass the same function in both.',
  });

const notInRole = (plugin: string, part: string, role: Role, key: string, roles: readonly Role[]): SextantError =>
  new SextantError('SEXTANT_SERVICE_ROLE', {
    what: `Plugin "${plugin}" (part ${part}, phase resolve) needs ${key}, which the role ${role} does not have.`,
    why: `It exists in: ${roles.join(', ')}.`,
    fix: 'Move what needs it to a part of one of these roles.',
  });

function notProvided(
  plugin: string,
  part: string,
  key: string,
  providers: ReadonlyMap<string, PartId>,
  options: GraphOptions,
  blocked: ReadonlyMap<string, SextantError>,
): SextantError {
  const name = key.slice(0, key.indexOf('@'));
  const otherMajor = [...providers.keys()].find((k) => k.startsWith(`${name}@`));
  const sleeping = options.known.get(key);
  const owner = key.slice(0, key.indexOf('.'));
  const why = otherMajor
    ? `Provided is ${otherMajor}, by "${providers.get(otherMajor)?.split('/')[0]}".`
    : blocked.has(owner)
      ? `"${owner}" is blocked itself: ${blocked.get(owner)?.what}`
      : sleeping
        ? `"${owner}", which provides it, ${sleeping}.`
        : undefined;
  const fix = otherMajor
    ? `Upgrade "${plugin}", or install a provider of ${key}.`
    : sleeping || blocked.has(owner)
      ? `Bring "${owner}" up, or disable "${plugin}".`
      : `Install a plugin that provides ${key}, or disable "${plugin}".`;
  return new SextantError('SEXTANT_SERVICE_MISSING', {
    what: `Plugin "${plugin}" (part ${part}, phase resolve) needs ${key}, which nobody provides.`,
    ...(why ? { why } : {}),
    fix,
  });
}
