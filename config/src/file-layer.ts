import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SextantError } from '@sextant/sdk';
import { cosmiconfig } from 'cosmiconfig';
import { parse, YAMLParseError } from 'yaml';
import { isTree, type Layer } from './layers.js';

export interface FoundFile {
  readonly path: string;
  readonly layer: Layer;
}

/** Reads the named file, or the `sextant.config.*` of the folder itself; undefined when there is none. */
export async function fileLayer(options: {
  readonly file: string | undefined;
  readonly folder: string /** A fresh read of a module the process has loaded before. */;
  readonly fresh?: boolean;
}): Promise<FoundFile | undefined> {
  const load = async (path: string): Promise<unknown> =>
    ((await import(`${pathToFileURL(path).href}${options.fresh ? `?read=${Date.now()}` : ''}`)) as { default?: unknown }).default;
  const explorer = cosmiconfig('sextant', {
    searchPlaces: ['yaml', 'yml', 'json', 'js', 'mjs', 'ts'].map((ending) => `sextant.config.${ending}`),
    searchStrategy: 'none',
    cache: false,
    loaders: { '.yaml': yaml, '.yml': yaml, '.json': (path, text) => yaml(path, text), '.js': load, '.mjs': load, '.ts': load },
  });
  const path = options.file === undefined ? undefined : resolve(options.folder, options.file);
  const found = await (path === undefined ? explorer.search(options.folder) : explorer.load(path)).catch((cause: unknown) => {
    if (SextantError.is(cause)) throw cause;
    throw unreadable(path ?? options.folder, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!found) return undefined;
  const config: unknown = found.config ?? {};
  if (!isTree(config)) throw unreadable(found.filepath, 'It must hold one mapping of keys to values.');
  return { path: found.filepath, layer: { source: `file ${found.filepath}`, values: config } };
}

function yaml(path: string, text: string): unknown {
  try {
    // JSON is YAML; aliases are bounded so that a small file cannot become a huge one.
    return parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    const at = cause instanceof YAMLParseError && cause.linePos ? ` (line ${cause.linePos[0].line}, column ${cause.linePos[0].col})` : '';
    throw unreadable(
      path,
      `${cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '.') : ''}${at}`,
      cause,
    );
  }
}

const unreadable = (path: string, why: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_CONFIG_FILE', {
    what: `The configuration file ${path} cannot be read.`,
    why,
    fix: 'Correct it, or name another with --config.',
    cause,
  });
