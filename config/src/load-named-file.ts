import { homedir } from 'node:os';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cosmiconfig } from 'cosmiconfig';
import { parseYaml } from './parse-yaml.js';

/** A folder in which, and above which, no other account can put files. */
const NEUTRAL_FOLDER = process.platform === 'win32' ? homedir() : '/';

/**
 * Loads a configuration file that the caller has named, by its ending: YAML and JSON as data, JavaScript and TypeScript as code.
 * @param fresh imports a module anew that the process has loaded before
 * @throws what the file throws, or that its ending is not supported
 */
export async function loadNamedFile(path: string, fresh: boolean): Promise<unknown> {
  const load = async (file: string): Promise<unknown> =>
    ((await import(`${pathToFileURL(file).href}${fresh ? `?read=${Date.now()}` : ''}`)) as { default?: unknown }).default;
  const data = ['.yaml', '.yml', '.json'];
  const code = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
  if (![...data, ...code].includes(extname(path))) throw new Error(`Its name must end in ${data.join(', ')}, or in .js or .ts.`);
  const explorer = inNeutralFolder(() =>
    cosmiconfig('sextant', {
      searchPlaces: [],
      searchStrategy: 'none',
      cache: false,
      loaders: Object.fromEntries([...data.map((ending) => [ending, parseYaml]), ...code.map((ending) => [ending, load])]),
    }),
  );
  return (await explorer.load(path))?.config;
}

/**
 * cosmiconfig looks for options of its own in the working folder when an explorer is made, and runs what it finds there
 * (`.config/config.js`); the working folder can be a stranger's. Synchronous, so that no other code sees the changed folder.
 */
function inNeutralFolder<T>(work: () => T): T {
  const { cwd } = process;
  process.cwd = () => NEUTRAL_FOLDER;
  try {
    return work();
  } finally {
    process.cwd = cwd;
  }
}
