import { type PluginRouter, type RouteHandler, type RouteOptions, SextantError } from '@sextant/sdk';
import { type MatchFunction, match, parse, type Token } from 'path-to-regexp';
import { isThenable, shown } from '../lifecycle/value-problems.js';
import { routeProblems } from './route-problems.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface Route {
  readonly plugin: string;
  readonly method: Method;
  /** As the plugin wrote it. */
  readonly path: string;
  readonly handler: RouteHandler;
  readonly options: RouteOptions;
}

export type Lookup =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'missing' };

type Params = Partial<Record<string, string | string[]>>;
interface Entry {
  readonly route: Route;
  readonly matches: MatchFunction<Params>;
  readonly rank: readonly number[];
}

/** The routes of all plugins. They come and go while requests run: a lookup sees the table before or after a change, never between. */
export class RouteTable {
  #entries: readonly Entry[] = [];

  /** Adds all routes or none. @throws SEXTANT_HTTP_ROUTE for a malformed path, or one that is taken. */
  add(plugin: string, declare: (router: PluginRouter) => void): { readonly routes: readonly Route[]; remove(): void } {
    const added: Entry[] = [];
    let open = true;
    const adder =
      (method: Method) =>
      (path: string, handler: RouteHandler, options: RouteOptions = {}): void => {
        if (!open) throw wrong(plugin, method, path, 'was added after the routes were mounted.');
        added.push(entryOf({ plugin, method, path, handler, options }));
      };
    const router = {
      get: adder('GET'),
      head: adder('HEAD'),
      post: adder('POST'),
      put: adder('PUT'),
      patch: adder('PATCH'),
      delete: adder('DELETE'),
      options: adder('OPTIONS'),
    };
    // As unknown: nothing but its type keeps a plugin from waiting here.
    const declared: unknown = (declare as (router: PluginRouter) => unknown)(router);
    open = false;
    if (isThenable(declared)) {
      declared.then(undefined, () => undefined);
      throw new SextantError('SEXTANT_HTTP_ROUTE', {
        what: `Plugin "${plugin}" adds its routes in an async function.`,
        why: 'What is added after the first await would be lost.',
        fix: 'Make the function given to r.http() synchronous; do the waiting in the handlers, or in a start hook.',
        details: { plugin },
      });
    }
    for (const [at, { route }] of added.entries()) {
      const same = [...this.#entries, ...added.slice(0, at)].find(
        (other) => other.route.method === route.method && shapeOf(other.route.path) === shapeOf(route.path),
      );
      if (same !== undefined)
        throw wrong(plugin, route.method, route.path, `is taken: plugin "${same.route.plugin}" has ${same.route.path}.`);
    }
    this.#entries = [...this.#entries, ...added].sort(byRank);
    return {
      routes: added.map(({ route }) => route),
      remove: () => {
        this.#entries = this.#entries.filter((entry) => !added.includes(entry));
      },
    };
  }

  /** `path` is still encoded. HEAD is answered by a GET route where no HEAD route is. */
  find(method: string, path: string): Lookup {
    const others = new Set<string>();
    let fallback: Lookup | undefined;
    for (const { route, matches } of this.#entries) {
      const wanted = route.method === method;
      const headByGet = method === 'HEAD' && route.method === 'GET' && fallback === undefined;
      if (!wanted && !headByGet && others.has(route.method)) continue;
      const found = matches(path);
      if (!found) continue;
      if (wanted) return { kind: 'found', route, params: joined(found.params) };
      if (headByGet) fallback = { kind: 'found', route, params: joined(found.params) };
      others.add(route.method);
    }
    if (fallback !== undefined) return fallback;
    if (others.has('GET')) others.add('HEAD');
    return others.size > 0 ? { kind: 'method', allow: [...others].sort() } : { kind: 'missing' };
  }

  get routes(): readonly Route[] {
    return this.#entries.map(({ route }) => route);
  }

  get size(): number {
    return this.#entries.length;
  }
}

function entryOf(route: Route): Entry {
  const { plugin, method, path, handler, options } = route;
  if (typeof path !== 'string')
    throw wrong(plugin, method, shown(path), 'has no path: the first argument is a text that begins with a slash.');
  const problems = routeProblems(handler, options);
  if (problems.length > 0) throw wrong(plugin, method, path, `is malformed: ${problems.join('; ')}.`);
  try {
    if (!path.startsWith('/')) throw new Error('A path begins with a slash.');
    return {
      route,
      matches: match(path, { decode: decodeURIComponent, sensitive: true, trailing: true }),
      rank: rankOf(parse(path).tokens),
    };
  } catch (cause) {
    throw wrong(plugin, method, path, `cannot be read: ${(cause as Error).message}`);
  }
}

/** Literal segments, then fewer wildcards, then fewer parameters. An optional group counts nothing: the path may do without. */
function rankOf(tokens: readonly Token[]): readonly number[] {
  const text = tokens.map((token) => (token.type === 'text' ? token.value : token.type === 'group' ? '' : ':')).join('');
  const literal = text.split('/').filter((segment) => segment !== '' && !segment.includes(':')).length;
  const count = (type: Token['type'], within: readonly Token[]): number =>
    within.reduce((sum, token) => sum + (token.type === type ? 1 : token.type === 'group' ? count(type, token.tokens) : 0), 0);
  return [literal, -count('wildcard', tokens), -count('param', tokens)];
}

function byRank(a: Entry, b: Entry): number {
  for (let i = 0; i < a.rank.length; i++) {
    const difference = b.rank[i]! - a.rank[i]!;
    if (difference !== 0) return difference;
  }
  // Two routes of one rank that both match are told apart by their text, so that the order of mounting decides nothing.
  return a.route.path < b.route.path ? -1 : a.route.path > b.route.path ? 1 : 0;
}

/** Two paths of one shape match the same requests. */
const shapeOf = (path: string): string => path.replace(/([:*])(?:\w+|"[^"]*")/g, '$1');

function joined(params: Params): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) result[name] = typeof value === 'string' ? value : value.join('/');
  return result;
}

const wrong = (plugin: string, method: string, path: string, problem: string): SextantError =>
  new SextantError('SEXTANT_HTTP_ROUTE', {
    what: `Plugin "${plugin}": the route ${method} ${path} ${problem}`,
    fix: "Write router.get('/.api/things/:id', handler, { auth: 'user' }) in the function given to r.http(), each path once.",
    details: { plugin },
  });
