import { dirname } from 'node:path';
import type { ConfigSchema, z } from '@sextant/sdk';
import { environmentLayer } from './environment-layer.js';
import { fileLayer } from './file-layer.js';
import { isTree, type Layer, mergeLayers, type Tree, valueAt } from './layers.js';
import { type ProcessConfig, processSchema } from './process-schema.js';
import { redact } from './redact.js';
import { checkSlice, invalid, objectOf, type Problem } from './slice.js';

export interface LoadOptions {
  /** Where a file is looked for and relative names start. */
  readonly folder: string;
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command line said. */
  readonly flags?: Tree;
  /** What the kind of host says, below the file. */
  readonly preset?: { readonly name: string; readonly values: Tree };
}

/** The switches of one plugin, beside its own configuration. */
export interface PluginSwitches {
  readonly enabled: boolean | undefined;
  readonly onFailure: 'abort' | 'continue' | undefined;
  readonly ignoreCompatibility: boolean;
}

export interface Explanation {
  readonly key: string;
  /** Redacted. */
  readonly value: unknown;
  readonly source: string;
  /** The same key in the layers it wins over, highest first. */
  readonly overridden: readonly { readonly source: string; readonly value: unknown }[];
}

const SWITCHES = ['enabled', 'onFailure', 'ignoreCompatibility'] as const;

/** The configuration of one process: defaults < preset < file < environment < flags. */
export class Configuration {
  readonly #merged: Tree;
  readonly process: ProcessConfig;

  private constructor(
    private readonly layers: readonly Layer[],
    /** The file that was read. */
    readonly file: string | undefined,
    /** Relative paths in it start here. */
    readonly folder: string,
    private readonly options: LoadOptions,
  ) {
    this.#merged = mergeLayers(layers);
    const { plugins, ...own } = this.#merged;
    const checked = checkSlice(processSchema, { ...own, ...(plugins === undefined ? {} : { plugins }) }, [], (path) => this.sourceOf(path));
    if ('problems' in checked) throw invalid(checked.problems);
    this.process = checked.value;
  }

  /** @throws SEXTANT_CONFIG_FILE, SEXTANT_CONFIG_INVALID listing everything that is wrong. */
  static async load(options: LoadOptions, reload = false): Promise<Configuration> {
    const file = await fileLayer({ file: options.file ?? options.env.SEXTANT_CONFIG, folder: options.folder, fresh: reload });
    const layers: Layer[] = [
      ...(options.preset ? [{ source: `preset ${options.preset.name}`, values: options.preset.values }] : []),
      ...(file ? [file.layer] : []),
      environmentLayer(options.env),
      { source: 'flags', values: options.flags ?? {} },
    ];
    return new Configuration(layers, file?.path, file ? dirname(file.path) : options.folder, options);
  }

  /** The same sources, read again. */
  reload(): Promise<Configuration> {
    return Configuration.load(this.options, true);
  }

  /** Plugin ids that any layer mentions. */
  mentionedPlugins(): readonly string[] {
    const plugins = this.#merged.plugins;
    return isTree(plugins) ? Object.keys(plugins) : [];
  }

  switches(id: string): PluginSwitches {
    const value = valueAt(this.#merged, ['plugins', id]);
    if (typeof value === 'boolean') return { enabled: value, onFailure: undefined, ignoreCompatibility: false };
    const tree = isTree(value) ? value : {};
    const enabled = tree.enabled;
    const onFailure = tree.onFailure;
    return {
      enabled: typeof enabled === 'boolean' ? enabled : undefined,
      onFailure: onFailure === 'abort' || onFailure === 'continue' ? onFailure : undefined,
      ignoreCompatibility: tree.ignoreCompatibility === true,
    };
  }

  /** A plugin's own slice, raw: without its switches. */
  slice(id: string): Tree {
    const value = valueAt(this.#merged, ['plugins', id]);
    if (!isTree(value)) return {};
    return Object.fromEntries(Object.entries(value).filter(([key]) => !(SWITCHES as readonly string[]).includes(key)));
  }

  /** @throws SEXTANT_CONFIG_INVALID listing everything that is wrong in it. */
  pluginConfig<S extends ConfigSchema>(id: string, schema: S, key = id): z.output<S> {
    const checked = this.checkPlugin(id, schema, key);
    if ('problems' in checked) throw invalid(checked.problems, id);
    return checked.value;
  }

  checkPlugin<S extends ConfigSchema>(
    _id: string,
    schema: S,
    key: string,
  ): { readonly value: z.output<S> } | { readonly problems: readonly Problem[] } {
    return checkSlice(schema, this.slice(key), ['plugins', key], (path) => this.sourceOf(path));
  }

  /** Where the value of a key (or of the nearest key above it) comes from; undefined for a default. */
  sourceOf(path: readonly string[]): string | undefined {
    for (const layer of [...this.layers].reverse()) {
      if (valueAt(layer.values, path) !== undefined) return layer.origins?.get(path.join('.')) ?? layer.source;
    }
    return path.length > 1 ? this.sourceOf(path.slice(0, -1)) : undefined;
  }

  /** Every leaf at or below a key, with its source. `schemas` gives plugins' defaults and secret marks. */
  explain(key: string, schemas: ReadonlyMap<string, ConfigSchema>): readonly Explanation[] {
    const path = key === '' ? [] : key.split('.');
    const plugins = processSchema.shape.plugins;
    const full: Record<string, unknown> = { ...(redact(this.process, processSchema) as Tree) };
    const slices: Record<string, unknown> = {};
    for (const [id, schema] of schemas) {
      const checked = this.checkPlugin(id, schema, id);
      slices[id] = redact('value' in checked ? { ...this.#switchesShown(id), ...checked.value } : this.slice(id), schema);
    }
    full.plugins = { ...(redact(this.#merged.plugins ?? {}, plugins) as Tree), ...slices };
    const value = valueAt(full, path);
    if (value === undefined) return [];
    return leaves(value, path).map(([leaf, shown]) => ({
      key: leaf.join('.'),
      value: shown,
      source: this.sourceOf(leaf) ?? 'default',
      overridden: this.#overridden(leaf, schemas),
    }));
  }

  #switchesShown(id: string): Tree {
    const value = valueAt(this.#merged, ['plugins', id]);
    return typeof value === 'boolean'
      ? { enabled: value }
      : isTree(value)
        ? Object.fromEntries(Object.entries(value).filter(([k]) => (SWITCHES as readonly string[]).includes(k)))
        : {};
  }

  #overridden(path: readonly string[], schemas: ReadonlyMap<string, ConfigSchema>): Explanation['overridden'] {
    const holding = [...this.layers].reverse().filter((layer) => valueAt(layer.values, path) !== undefined);
    const schema = schemaAt(path, schemas);
    return holding.slice(1).map((layer) => ({
      source: layer.origins?.get(path.join('.')) ?? layer.source,
      value: redact(valueAt(layer.values, path), schema, path.at(-1)),
    }));
  }
}

function schemaAt(path: readonly string[], schemas: ReadonlyMap<string, ConfigSchema>): z.ZodType | undefined {
  const inPlugin = path[0] === 'plugins' && path.length > 2;
  let schema: z.ZodType | undefined = inPlugin ? schemas.get(path[1] ?? '') : processSchema;
  for (const key of inPlugin ? path.slice(2) : path) schema = schema ? (objectOf(schema)?.shape[key] as z.ZodType | undefined) : undefined;
  return schema;
}

function leaves(value: unknown, path: readonly string[]): readonly (readonly [readonly string[], unknown])[] {
  if (!isTree(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : leaves(inner, [...path, key])));
}
