import { dirname, resolve } from 'node:path';
import { type ConfigSchema, z } from '@sextant/sdk';
import { assertDataFolderElsewhere, assertHarmless, untrustedKeys } from './assert-harmless.js';
import { discoverFile } from './discovered-file.js';
import { environmentLayer } from './environment-layer.js';
import { executableKeys } from './executable-keys.js';
import { type ConfiguredPlugin, type Explanation, explain } from './explain.js';
import { discoveredFileLayer, namedFileLayer } from './file-layer.js';
import { isTree, type Layer, mergeLayers, originOf, type Tree, valueAt } from './layers.js';
import { type ProcessConfig, processSchema } from './process-schema.js';
import { redact } from './redact.js';
import { checkSlice, invalid, type Problem } from './slice.js';
import { type WrittenKey, writtenKeys } from './written-keys.js';

export interface LoadOptions {
  /** Where a file is discovered, and where the name of a file starts. */
  readonly folder: string;
  /** The file that the caller names; SEXTANT_CONFIG in `env` names one too. */
  readonly file?: string;
  /**
   * Which file is read where none is named. `undefined`: the one of `folder`, if any. A path: this one, which was discovered before. `null`: none.
   * A reload always looks in `folder`.
   */
  readonly discovered?: string | null | undefined;
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

/** The file that was read, if any. */
type Source =
  | { readonly path: string; readonly layer: Layer; readonly isDiscovered: boolean }
  | { readonly path: undefined; readonly layer: undefined; readonly isDiscovered: false };

const UNTRUSTED = 'names a program or code, which a file that was found in the working folder may not: name the file with --config';
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

  /** The file that was read. */
  readonly file: string | undefined;
  /** Relative paths in it start here. */
  readonly folder: string;

  private constructor(
    layers: readonly Layer[],
    private readonly source: Source,
    private readonly options: LoadOptions,
  ) {
    this.file = source.path;
    this.folder = source.path === undefined ? options.folder : dirname(source.path);
    this.layers = layers.map(spelledOut);
    this.#merged = mergeLayers(this.layers);
    const { plugins, ...own } = this.#merged;
    const checked = checkSlice(processSchema, { ...own, ...(plugins === undefined ? {} : { plugins }) }, [], (path) => this.sourceOf(path));
    this.problems = 'problems' in checked ? checked.problems : [];
    const sound =
      'problems' in checked && options.tolerant ? checkSlice(processSchema, without(own, checked.problems), [], () => undefined) : checked;
    if ('problems' in sound) throw invalid(this.problems);
    this.process = sound.value;
    const { dataDir } = this.process;
    if (source.isDiscovered && dataDir !== undefined && this.sourceOf(['dataDir']) === source.layer?.source)
      assertDataFolderElsewhere(source.path, dataDir);
  }

  /**
   * @throws SEXTANT_CONFIG_FILE, SEXTANT_CONFIG_INVALID listing everything that is wrong; SEXTANT_CONFIG_CODE_DISCOVERED,
   * SEXTANT_CONFIG_UNTRUSTED_FILE and SEXTANT_CONFIG_UNTRUSTED_KEY for a file that was not named.
   */
  static async load(options: LoadOptions, reload = false): Promise<Configuration> {
    const source = await readSource(options, reload);
    const layers: Layer[] = [
      ...(options.preset ? [{ source: `preset ${options.preset.name}`, values: options.preset.values }] : []),
      ...(source.layer ? [source.layer] : []),
      environmentLayer(options.env),
      { source: 'flags', values: options.flags ?? {} },
    ];
    return new Configuration(layers, source, options);
  }

  /** The same sources, read again. */
  reload(): Promise<Configuration> {
    return Configuration.load(this.options, true);
  }

  /**
   * Refuses keys of plugins that name programs or code and that a discovered file sets, whether or not another layer wins over it.
   * @throws SEXTANT_CONFIG_UNTRUSTED_KEY
   */
  assertTrusted(plugins: readonly ConfiguredPlugin[]): void {
    const keys = plugins.flatMap((plugin) => this.#untrusted(plugin.config ?? EMPTY, this.keyOf(plugin)));
    if (keys.length > 0) throw untrustedKeys(this.file ?? '', keys);
  }

  /**
   * Where relative names of plugins start: the folder of the file that the caller named. Undefined where none was named: the working folder can
   * hold a stranger's code.
   */
  get pluginFolder(): string | undefined {
    return this.source.path !== undefined && !this.source.isDiscovered ? this.folder : undefined;
  }

  /** The file that was read without having been named. */
  get discoveredFile(): string | undefined {
    return this.source.isDiscovered ? this.source.path : undefined;
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
    const untrusted = this.#untrusted(schema, key);
    if (untrusted.length > 0)
      return { problems: untrusted.map((path) => ({ path, message: UNTRUSTED, source: this.source.layer?.source })) };
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

  #untrusted(schema: ConfigSchema, key: string): readonly string[] {
    if (!this.source.isDiscovered || !this.source.layer) return [];
    const slice = valueAt(this.source.layer.values, ['plugins', key]);
    return executableKeys(schema, slice, ['plugins', key]).map((path) => path.join('.'));
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

async function readSource({ file, folder, env, discovered }: LoadOptions, reload: boolean): Promise<Source> {
  const named = file ?? env.SEXTANT_CONFIG;
  if (named !== undefined) {
    const path = resolve(folder, named);
    return { path, layer: await namedFileLayer(path, reload), isDiscovered: false };
  }
  const path = discovered === undefined || reload ? discoverFile(folder) : (discovered ?? undefined);
  if (path === undefined) return { path: undefined, layer: undefined, isDiscovered: false };
  const layer = await discoveredFileLayer(path);
  assertHarmless(path, layer.values);
  return { path, layer, isDiscovered: true };
}

/** `search: false` is short for `search: { enabled: false }`; only so do layers merge key by key. */
function spelledOut(layer: Layer): Layer {
  const { plugins } = layer.values;
  if (!isTree(plugins)) return layer;
  const whole = Object.entries(plugins).map(([id, value]) => [id, typeof value === 'boolean' ? { enabled: value } : value]);
  return { ...layer, values: { ...layer.values, plugins: Object.fromEntries(whole) } };
}
