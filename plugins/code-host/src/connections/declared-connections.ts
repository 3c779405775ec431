import { resolve } from 'node:path';
import type { Logger } from '@sextant/sdk';
import type { Alongside } from '../storage/alongside.js';
import { parseJsonc } from './connection-config.js';
import { type ConnectionStore, type Declaration, LOCAL_PATHS_KEY } from './connection-store.js';
import type { KindRegistry } from './kind-registry.js';

export interface Declarations {
  readonly connections: readonly {
    readonly kind: string;
    readonly displayName: string;
    readonly config: string | Record<string, unknown>;
  }[];
  readonly localPaths: readonly string[];
}

export interface DeclarationOutcome {
  readonly changed: boolean;
  /** In words, per declaration that could not be taken. */
  readonly problems: readonly string[];
}

/** Brings the stored connections in line with what the configuration declares. One bad declaration does not stop the others. */
export async function applyDeclarations(
  declared: Declarations,
  store: ConnectionStore,
  kinds: KindRegistry,
  log: Logger,
  alongside?: Alongside,
): Promise<DeclarationOutcome> {
  const { keys, entries } = entriesOf(declared, kinds);
  const outcome = await store.declare(
    entries.filter((entry) => typeof entry !== 'string'),
    alongside,
  );
  const problems = entries.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const problem = outcome.problems.get(entry.key);
    return problem ? [`Connection "${entry.displayName}": ${problem.message}`] : [];
  });
  const released = await store.releaseDeclarations(keys);
  if (released.length > 0) log.warn('Connections that are no longer declared are kept, and can now be edited', { connections: released });
  return { changed: outcome.changed, problems };
}

function entriesOf(
  declared: Declarations,
  kinds: Pick<KindRegistry, 'find'>,
): { readonly keys: readonly string[]; readonly entries: readonly (Declaration | string)[] } {
  const keys: string[] = [LOCAL_PATHS_KEY];
  /** In the order of the file; or what is wrong, in words. */
  const entries: (Declaration | string)[] = [];
  for (const { kind, displayName, config } of declared.connections) {
    const key = `file:${kind}:${displayName}`;
    if (keys.includes(key)) {
      entries.push(`Connection "${displayName}" is declared twice for the kind ${kind}.`);
      continue;
    }
    keys.push(key);
    const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
    entries.push({ key, kind, displayName, change: () => text });
  }
  if (declared.localPaths.length > 0 && kinds.find('LOCAL')) {
    const roots = declared.localPaths.map((path) => resolve(path));
    entries.push({ key: LOCAL_PATHS_KEY, kind: 'LOCAL', displayName: 'Local folders', change: (stored) => withRoots(stored, roots) });
  } else if (declared.localPaths.length > 0) {
    entries.push('Folders were given, and the plugin code-host-local, which reads them, is not running.');
  }
  return { keys, entries };
}

/** Which declaration cannot be taken, and why; in words where it has no error of its own. */
export type DeclarationProblem = string | { readonly called: string; readonly error: unknown };

/** What is wrong with declarations of connections, without taking them. */
export function declarationProblems(
  { connections }: Pick<Declarations, 'connections'>,
  store: Pick<ConnectionStore, 'check'>,
  kinds: Pick<KindRegistry, 'find'>,
): readonly DeclarationProblem[] {
  return entriesOf({ connections, localPaths: [] }, kinds).entries.flatMap((entry): DeclarationProblem[] => {
    if (typeof entry === 'string') return [entry];
    try {
      store.check(entry.kind, entry.displayName, entry.change(undefined));
      return [];
    } catch (error) {
      return [{ called: `"${entry.displayName}" (${entry.kind})`, error }];
    }
  });
}

/** A later start adds folders and never removes one. */
function withRoots(stored: string | undefined, roots: readonly string[]): string {
  const before = stored === undefined ? {} : parseJsonc(stored);
  const known = Array.isArray(before['roots']) ? before['roots'].filter((root) => typeof root === 'string') : [];
  return JSON.stringify({ ...before, roots: [...new Set([...known, ...roots])] }, null, 2);
}
