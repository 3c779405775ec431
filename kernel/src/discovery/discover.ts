import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, manifestProblems, registerErrors, SextantError } from '@sextant/sdk';
import { thrownWords } from '../services/sentence.js';

export interface DiscoveryOptions {
  readonly builtin: readonly Manifest[];
  /** npm package names, resolved from `from`. */
  readonly packages: readonly string[];
  /** Folders of one plugin, or of many. */
  readonly folders: readonly string[];
  /** The folder relative names start from: that of the configuration file that was named. Undefined: packages come from this program alone. */
  readonly from: string | undefined;
}

export interface Discovered {
  readonly manifest: Manifest;
  /** In words: `built in`, `package x`, `folder y`. */
  readonly source: string;
  /** The URL of the module it was read from; undefined for what is built in. */
  readonly entry?: string;
  /** Why it cannot run: what it gives for a manifest is none. `manifest` then only names it, as well as can be. */
  readonly problem?: SextantError;
}

/**
 * Reads every manifest, and loads nothing else. A plugin whose manifest cannot be used is there with its problem, and stops no other.
 * @throws when the installation itself is wrong: a folder without plugins, an id twice.
 */
export async function discover(options: DiscoveryOptions): Promise<readonly Discovered[]> {
  const found: Discovered[] = options.builtin.map((manifest) => ({ manifest, source: 'built in' }));
  for (const { errors } of options.builtin) registerErrors(errors ?? {});
  for (const name of options.packages) found.push(await read(`package ${name}`, name, () => resolvePackage(name, options.from)));
  for (const folder of options.folders) {
    for (const plugin of await pluginFolders(absolute(folder, options.from)))
      found.push(await read(`folder ${plugin}`, basename(plugin), () => entryOf(plugin)));
  }
  const seen = new Map<string, Discovered>();
  // Those that only have a name given to them come last, so that none takes the name of another.
  for (const plugin of [...found.filter(({ problem }) => !problem), ...found.filter(({ problem }) => problem)]) {
    if (plugin.problem) {
      let { id } = plugin.manifest;
      for (let n = 2; seen.has(id); n++) id = `${plugin.manifest.id}-${n}`;
      seen.set(id, { ...plugin, manifest: { ...plugin.manifest, id } });
      continue;
    }
    const other = seen.get(plugin.manifest.id);
    if (other) {
      throw new SextantError('SEXTANT_PLUGIN_DUPLICATE', {
        what: `Two plugins have the id "${plugin.manifest.id}".`,
        why: `One is ${other.source}, the other ${plugin.source}.`,
        fix: 'Remove one of the two from the installation.',
      });
    }
    seen.set(plugin.manifest.id, plugin);
  }
  return [...seen.values()].sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
}

function absolute(folder: string, from: string | undefined): string {
  if (from !== undefined) return resolve(from, folder);
  if (isAbsolute(folder)) return folder;
  throw new SextantError('SEXTANT_PLUGIN_MANIFEST', {
    what: `The plugin from folder ${folder} cannot be read.`,
    why: 'The path is relative, and no configuration file was named that it could start at.',
    fix: 'Give an absolute path, or name the configuration file with --config.',
  });
}

async function read(source: string, name: string, resolveEntry: () => Promise<string>): Promise<Discovered> {
  let entry: string | undefined;
  try {
    entry = await resolveEntry();
    const { default: manifest } = (await import(entry)) as { default?: Manifest };
    const problems = manifestProblems(manifest);
    if (problems.length > 0) throw unreadable(source, `${problems.join('; ')}.`);
    registerErrors((manifest as Manifest).errors ?? {});
    return { manifest: manifest as Manifest, source, entry };
  } catch (cause) {
    const problem = unreadable(source, thrownWords(cause), cause);
    return { manifest: nameless(name), source, problem, ...(entry === undefined ? {} : { entry }) };
  }
}

/** Stands for a manifest that could not be read. */
const nameless = (name: string): Manifest => ({
  id:
    name
      .toLowerCase()
      .replaceAll(/^@[^/]*\/|[^a-z0-9]+/g, '-')
      .replaceAll(/^[^a-z]+|-+$/g, '') || 'unnamed',
  version: '?',
  title: name,
  summary: 'It could not be read.',
  engines: { kernel: '*' },
  toggle: 'default-on',
  parts: {},
});

/** As Node.js resolves it from the folder; else from this program, for what comes with it. */
async function resolvePackage(name: string, from: string | undefined): Promise<string> {
  for (let folder = from; folder !== undefined; folder = dirname(folder)) {
    const installed = join(folder, 'node_modules', name);
    if (await exists(join(installed, 'package.json'))) return entryOf(installed);
    if (dirname(folder) === folder) break;
  }
  try {
    return import.meta.resolve(name);
  } catch (cause) {
    throw unreadable(
      `package ${name}`,
      from === undefined
        ? 'It is not installed with this program, and no configuration file was named beside which it could be.'
        : `It is not installed: ${from} and the folders above it have none of this name in node_modules.`,
      cause,
    );
  }
}

async function pluginFolders(folder: string): Promise<readonly string[]> {
  if (await exists(join(folder, 'package.json'))) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(`folder ${folder}`, 'The folder cannot be read.', cause);
  });
  const inside: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && (await exists(join(path, 'package.json')))) inside.push(path);
  }
  if (inside.length === 0) throw unreadable(`folder ${folder}`, 'It holds no package.json, and no folder with one.');
  return inside.sort();
}

async function entryOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const json = JSON.parse(text) as { exports?: unknown; main?: string };
  const dot = typeof json.exports === 'object' && json.exports !== null ? (json.exports as Record<string, unknown>)['.'] : json.exports;
  const entry =
    typeof dot === 'string'
      ? dot
      : ((dot as { default?: string; import?: string } | undefined)?.default ??
        (dot as { import?: string } | undefined)?.import ??
        json.main ??
        'index.js');
  const file = join(folder, entry);
  if (!(await exists(file)))
    throw unreadable(`folder ${folder}`, `Its entry ${entry} does not exist: build the plugin, and pack what is built.`);
  return pathToFileURL(file).href;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** An error that says already of which plugin it is stays as it is. */
const unreadable = (source: string, why: string, cause?: unknown): SextantError =>
  SextantError.is(cause) && cause.code === 'SEXTANT_PLUGIN_MANIFEST'
    ? cause
    : new SextantError('SEXTANT_PLUGIN_MANIFEST', {
        what: `The plugin from ${source} cannot be read.`,
        why,
        fix: 'Correct it and start again, or remove it from `pluginPaths` or `pluginPackages`.',
        cause,
      });
