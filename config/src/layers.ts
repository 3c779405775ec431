/** One source of configuration. Later layers win, key by key; lists are replaced whole. */
export interface Layer {
  /** In words, for people: `defaults`, `preset local`, `file /etc/sextant.config.yaml`, `environment`, `flags`. */
  readonly source: string;
  readonly values: Tree;
  /** The exact origin of a key where the layer knows it better: the variable's name. */
  readonly origins?: ReadonlyMap<string, string>;
}

export type Tree = { readonly [key: string]: unknown };

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype;

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

export function mergeLayers(layers: readonly Layer[]): Tree {
  return layers.reduce<Tree>((merged, layer) => mergeTrees(merged, layer.values), {});
}

function mergeTrees(below: Tree, above: Tree): Tree {
  const out: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (FORBIDDEN.has(key) || value === undefined) continue;
    const present = out[key];
    out[key] = isTree(present) && isTree(value) ? mergeTrees(present, value) : isTree(value) ? mergeTrees({}, value) : value;
  }
  return out;
}

export function valueAt(tree: Tree, path: readonly string[]): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (!isTree(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function treeWith(path: readonly string[], value: unknown): Tree {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

/** The exact origin of a key: that of the nearest key at or above it whose origin the layer knows. */
export function originOf(layer: Layer, path: readonly string[]): string {
  for (let length = path.length; length > 0; length--) {
    const origin = layer.origins?.get(path.slice(0, length).join('.'));
    if (origin !== undefined) return origin;
  }
  return layer.source;
}
