import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SextantError } from '@sextant/sdk';
import { parse, YAMLParseError } from 'yaml';
import { isCode } from './discovered-file.js';
import { isTree, type Layer } from './layers.js';
import { readTrustedFile } from './trusted-file.js';

const DATA = ['.yaml', '.yml', '.json'];

/**
 * Reads a file that the caller has named, as data or as code.
 * @param fresh reads a module anew that the process has loaded before
 */
export async function namedFileLayer(path: string, fresh: boolean): Promise<Layer> {
  return layerOf(path, async () => {
    if (isCode(path))
      return ((await import(`${pathToFileURL(path).href}${fresh ? `?read=${Date.now()}` : ''}`)) as { default?: unknown }).default;
    if (!DATA.includes(extname(path))) throw unreadable(path, `Its name must end in ${DATA.join(', ')}, or in .js or .ts.`);
    return yaml(path, await readFile(path, 'utf8'));
  });
}

/** Reads a file that nobody has named: data only, and only where no other account can have written it. */
export function discoveredFileLayer(path: string): Promise<Layer> {
  return layerOf(path, async () => yaml(path, await readTrustedFile(path)));
}

async function layerOf(path: string, read: () => Promise<unknown>): Promise<Layer> {
  const values: unknown = await read().catch((cause: unknown) => {
    if (SextantError.is(cause)) throw cause;
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!isTree(values ?? {})) throw unreadable(path, 'It must hold one mapping of keys to values.');
  return { source: `file ${path}`, values: (values ?? {}) as Layer['values'] };
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
