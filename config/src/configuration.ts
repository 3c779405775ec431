import { dirname } from 'node:path';
import { type ConfigSchema, z } from '@sextant/sdk';
import { environmentLayer } from './environment-layer.js';
import { type ConfiguredPlugin, type Explanation, explain } from './explain.js';
import { fileLayer } from './file-layer.js';
import { isTree, type Layer, mergeLayers, originOf, type Tree, valueAt } from './layers.js';
import { type ProcessConfig, processSchema } from './process-schema.js';
import { redact } from './redact.js';
import { checkSlice, invalid, type Problem } from './slice.js';
import { type WrittenKey, writtenKeys } from './written-keys.js';

export interface LoadOptions {
  /** Where a file is looked for and relative names start. */
  readonly folder: string;
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command line said. */
  readonly flags?: Tree;
  /** What the kind of host says, below the file. */
  readonly preset?: { readonly name: string; readonly values: Tree };
  /** Reads on where keys of the process are wrong, with their defaults: to check, not to run. */
  readonly tolerant?: boolean;
}

/** The switches of one plugin, beside its own configuration. */
export interface PluginSwitches {
  readonly enabled: boolean | undefined;
  readonly onFailure: 'abort' | 'continue' | undefined;
  readonly ignoreCompatibility: boolean;
}

const EMPTY = z.object({});
const switchSchema = z.object({
  enabled: z.boolean().optional(),
  onFailure: z.enum(['abort', 'continue']).optional(),
  ignoreCompatibility: z.boolean().optional(),
});
const isSwitch = (name: string): boolean => name in switchSchema.shape;

/** The top-level keys in which nothing is wrong. */
const without = (own: Tree, problems: readonly Problem[]): Tree =>
  Object.fromEntries(Object.entries(own).filter(([key]) => !problems.some(({ path }) => path.split('.')[0] === key)));

/** The configuration of one process: defaults < preset < file < environment < flags. */
export class Configuration {
  readonly #merged: Tree;
  readonly process: ProcessConfig;
  /** What is wrong with the keys of the process; empty unless `tolerant`. */
  readonly problems: readonly Problem[];
  private readonly layers: readonly Layer[];

  private constructor(
    layers: readonly Layer[],
    /** The file that was read. */
    readonly file: string | undefined,
    /** Relative paths in it start here. */
    readonly folder: string,
    private readonly options: LoadOptions,
  ) {
    this.layers = layers.map(spelledOut);
    this.#merged = mergeLayers(this.layers);
    const { plugins, ...own } = this.#merged;
    const checked = checkSlice(processSchema, { ...own, ...(plugins === undefined ? {} : { plugins }) }, [], (path) => this.sourceOf(path));
    this.problems = 'problems' in checked ? checked.problems : [];
    const sound =
      'problems' in checked && options.tolerant ? checkSlice(processSchema, without(own, checked.problems), [], () => undefined) : checked;
    if ('problems' in sound) throw invalid(this.problems);
    this.process = sound.value;
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

  /** The key that a plugin stands under: its id, or an id it had before where only that is mentioned. */
  keyOf({ id, renamedFrom = [] }: ConfiguredPlugin): string {
    const mentioned = this.mentionedPlugins();
    return mentioned.includes(id) ? id : (renamedFrom.find((old) => mentioned.includes(old)) ?? id);
  }

  switches(plugin: ConfiguredPlugin): PluginSwitches {
    const value = valueAt(this.#merged, ['plugins', this.keyOf(plugin)]);
    const { enabled, onFailure, ignoreCompatibility } = isTree(value) ? value : {};
    return {
      enabled: typeof enabled === 'boolean' ? enabled : undefined,
      onFailure: onFailure === 'abort' || onFailure === 'continue' ? onFailure : undefined,
      ignoreCompatibility: ignoreCompatibility === true,
    };
  }

  /** A plugin's own slice, raw: without its switches. */
  slice(key: string): Tree {
    const value = valueAt(this.#merged, ['plugins', key]);
    if (!isTree(value)) return {};
    return Object.fromEntries(Object.entries(value).filter(([name]) => !isSwitch(name)));
  }

  /** @throws SEXTANT_CONFIG_INVALID listing everything that is wrong in it. */
  pluginConfig<S extends ConfigSchema>(id: string, schema: S, key = id): z.output<S> {
    const checked = this.checkPlugin(schema, key);
    if ('problems' in checked) throw invalid(checked.problems, id);
    return checked.value;
  }

  /** A plugin's slice and its switches. */
  checkPlugin<S extends ConfigSchema>(schema: S, key: string): { readonly value: z.output<S> } | { readonly problems: readonly Problem[] } {
    const sourceOf = (path: readonly string[]): string | undefined => this.sourceOf(path);
    const checked = checkSlice(schema, this.slice(key), ['plugins', key], sourceOf);
    const whole = valueAt(this.#merged, ['plugins', key]) ?? {};
    if (!isTree(whole))
      return { problems: [{ path: `plugins.${key}`, message: 'true, false or an object', source: sourceOf(['plugins', key]) }] };
    const own = Object.fromEntries(Object.entries(whole).filter(([name]) => isSwitch(name)));
    const switches = checkSlice(switchSchema, own, ['plugins', key], sourceOf);
    return 'problems' in switches ? { problems: [...switches.problems, ...('problems' in checked ? checked.problems : [])] } : checked;
  }

  /** Where the value of a key (or of the nearest key above it) comes from; undefined for a default. */
  sourceOf(path: readonly string[]): string | undefined {
    for (const layer of [...this.layers].reverse()) {
      if (valueAt(layer.values, path) !== undefined) return originOf(layer, path);
    }
    return path.length > 1 ? this.sourceOf(path.slice(0, -1)) : undefined;
  }

  /** Every leaf at or below a key, with its source, and the keys there that are not set. */
  explain(key: string, plugins: readonly ConfiguredPlugin[]): readonly Explanation[] {
    const known = new Set(plugins.map((plugin) => this.keyOf(plugin)));
    const mentioned = this.#merged.plugins;
    const unknown = Object.fromEntries(Object.entries(isTree(mentioned) ? mentioned : {}).filter(([id]) => !known.has(id)));
    const slices = Object.fromEntries(plugins.map((plugin) => [plugin.id, this.#sliceShown(plugin)]));
    const inForce = { ...(redact(this.process, processSchema) as Tree), plugins: { ...(redact(unknown) as Tree), ...slices } };
    return explain(key, { layers: this.layers, inForce, plugins, keyOf: (plugin) => this.keyOf(plugin) });
  }

  /** What the file and the environment say, to find out later what was changed. */
  written(plugins: readonly ConfiguredPlugin[]): readonly WrittenKey[] {
    return writtenKeys({ layers: this.layers, inForce: {}, plugins, keyOf: (plugin) => this.keyOf(plugin) });
  }

  #sliceShown(plugin: ConfiguredPlugin): Tree {
    const schema = plugin.config ?? EMPTY;
    const key = this.keyOf(plugin);
    const checked = this.checkPlugin(schema, key);
    const { enabled, onFailure, ignoreCompatibility } = this.switches(plugin);
    const { toggle } = plugin;
    return {
      enabled: enabled ?? (toggle === undefined ? undefined : toggle !== 'default-off'),
      onFailure: onFailure ?? (toggle === undefined ? undefined : toggle === 'always-on' ? 'abort' : 'continue'),
      ...(ignoreCompatibility ? { ignoreCompatibility } : {}),
      ...(redact('value' in checked ? checked.value : this.slice(key), schema) as Tree),
    };
  }
}

/** `search: false` is short for `search: { enabled: false }`; only so do layers merge key by key. */
function spelledOut(layer: Layer): Layer {
  const { plugins } = layer.values;
  if (!isTree(plugins)) return layer;
  const whole = Object.entries(plugins).map(([id, value]) => [id, typeof value === 'boolean' ? { enabled: value } : value]);
  return { ...layer, values: { ...layer.values, plugins: Object.fromEntries(whole) } };
}
