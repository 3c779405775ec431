import type { ConfigSchema, Manifest, z } from '@sextant/sdk';
import { environmentName } from './environment-layer.js';
import { isTree, type Layer, originOf, type Tree, valueAt } from './layers.js';
import { processSchema } from './process-schema.js';
import { isSecret, redact } from './redact.js';
import { objectOf } from './slice.js';

/** What of a plugin's manifest its configuration depends on. */
export type ConfiguredPlugin = Pick<Manifest, 'id'> & Partial<Pick<Manifest, 'renamedFrom' | 'toggle' | 'config'>>;

export interface Explanation {
  readonly key: string;
  /** Redacted; undefined for a key that is not set and has no default. */
  readonly value: unknown;
  readonly source: string;
  /** The same key in the layers it wins over, highest first. */
  readonly overridden: readonly { readonly source: string; readonly value: unknown }[];
  /** What else decides, or how to set it. */
  readonly note?: string;
}

export interface ExplainedSources {
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** The process's own keys and each plugin's slice with its switches, checked where they are sound. */
  readonly inForce: Tree;
  readonly plugins: readonly ConfiguredPlugin[];
  /** The key a plugin stands under in the layers. */
  keyOf(plugin: ConfiguredPlugin): string;
}

/** Every leaf at or below a key, with its source. A key that exists and is not set is named too, unless all keys are asked for. */
export function explain(key: string, sources: ExplainedSources): readonly Explanation[] {
  const path = key === '' ? [] : key.split('.');
  const plugin = path[0] === 'plugins' ? sources.plugins.find((p) => sources.keyOf(p) === path[1] || p.id === path[1]) : undefined;
  if (plugin) path[1] = plugin.id;
  const value = valueAt(sources.inForce, path);
  const set = value === undefined ? [] : leaves(value, path).map(([leaf, shown]) => setRow(leaf, shown, sources));
  const known = path.length === 0 ? [] : unset(schemaAt(path, sources), value, path);
  return [...set, ...known.map(([leaf, schema]) => unsetRow(leaf, schema))];
}

function setRow(path: readonly string[], value: unknown, sources: ExplainedSources): Explanation {
  const plugin = pluginOf(path, sources);
  const written = plugin ? ['plugins', sources.keyOf(plugin), ...path.slice(2)] : path;
  const [winner, ...others] = sources.layers.filter((layer) => valueAt(layer.values, written) !== undefined).reverse();
  const schema = schemaAt(path, sources);
  const note = plugin ? noteOf(plugin, path, winner !== undefined, sources) : undefined;
  return {
    key: path.join('.'),
    value,
    source: winner ? originOf(winner, written) : 'default',
    overridden: others.map((layer) => ({
      source: originOf(layer, written),
      value: redact(valueAt(layer.values, written), schema, path.at(-1)),
    })),
    ...(note === undefined ? {} : { note }),
  };
}

function unsetRow(path: readonly string[], schema: z.ZodType): Explanation {
  const key = path.join('.');
  const how = `set ${environmentName(path)} in the environment, or ${key} in the configuration file`;
  return { key, value: undefined, source: 'not set', overridden: [], note: isSecret(schema) ? `a secret; ${how}` : how };
}

function noteOf(plugin: ConfiguredPlugin, path: readonly string[], isSet: boolean, { keyOf }: ExplainedSources): string | undefined {
  const key = keyOf(plugin);
  const renamed = isSet && key !== plugin.id ? [`written as plugins.${key}, its old name: rename it`] : [];
  return [...renamed, ...(path.length === 3 && path[2] === 'enabled' ? switchNotes(plugin, isSet) : [])].join('; ') || undefined;
}

function switchNotes({ id, toggle }: ConfiguredPlugin, isSet: boolean): readonly string[] {
  if (toggle === 'always-on') return [isSet ? 'it is always on: this has no effect' : 'it is always on'];
  return [
    isSet
      ? 'wins over a live switch, which is refused'
      : `a live switch wins over it: sextant plugin enable or disable ${id}; see sextant plugin list`,
  ];
}

const pluginOf = (path: readonly string[], { plugins }: ExplainedSources): ConfiguredPlugin | undefined =>
  path[0] === 'plugins' ? plugins.find((p) => p.id === path[1]) : undefined;

export function schemaAt(path: readonly string[], sources: ExplainedSources): z.ZodType | undefined {
  const inPlugin = path[0] === 'plugins' && path.length > 1;
  let schema: z.ZodType | undefined = inPlugin ? (pluginOf(path, sources)?.config as ConfigSchema | undefined) : processSchema;
  for (const key of inPlugin ? path.slice(2) : path) schema = schema ? (objectOf(schema)?.shape[key] as z.ZodType | undefined) : undefined;
  return schema;
}

export function leaves(value: unknown, path: readonly string[]): readonly (readonly [readonly string[], unknown])[] {
  if (!isTree(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : leaves(inner, [...path, key])));
}

/** The keys of a schema that have no value. */
function unset(
  schema: z.ZodType | undefined,
  value: unknown,
  path: readonly string[],
): readonly (readonly [readonly string[], z.ZodType])[] {
  if (!schema) return [];
  const object = objectOf(schema);
  if (!object) return value === undefined ? [[path, schema]] : [];
  const tree = isTree(value) ? value : {};
  return Object.entries(object.shape).flatMap(([key, field]) => unset(field as z.ZodType, tree[key], [...path, key]));
}
