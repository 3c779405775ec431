/** `select:` as data. Symbol kinds are in lower case. */
export type Select =
  | { readonly kind: 'repo' | 'file' | 'file.path' | 'file.directory' | 'file.owners' | 'content' }
  | { readonly kind: 'symbol'; readonly symbolKind?: string }
  | { readonly kind: 'commit' | 'commit.diff' | 'commit.diff.added' | 'commit.diff.removed' };

const PLAIN = [
  'repo',
  'file',
  'file.path',
  'file.directory',
  'file.owners',
  'content',
  'commit',
  'commit.diff',
  'commit.diff.added',
  'commit.diff.removed',
] as const;

export const SYMBOL_KINDS = [
  ...[
    'array',
    'boolean',
    'class',
    'constant',
    'constructor',
    'enum',
    'enum-member',
    'event',
    'field',
    'file',
    'function',
    'interface',
    'key',
  ],
  ...[
    'method',
    'module',
    'namespace',
    'null',
    'number',
    'object',
    'operator',
    'package',
    'property',
    'string',
    'struct',
    'type-parameter',
    'variable',
  ],
  ...[
    'macro',
    'trait',
    'type',
    'union',
    'alias',
    'annotation',
    'protocol',
    'prototype',
    'member',
    'label',
    'section',
    'target',
    'import',
    'resource',
    'query',
  ],
] as const;

/** As they are told to people: each kind of symbol is more than they want to read. */
export const PLAIN_SELECTS: readonly string[] = [...PLAIN, 'symbol', 'symbol.<kind>'];
export const SELECTS: readonly string[] = [...PLAIN, 'symbol', ...SYMBOL_KINDS.map((kind) => `symbol.${kind}`)];

export function parseSelect(value: string): Select | undefined {
  const name = value.toLowerCase();
  const plain = PLAIN.find((kind) => kind === name);
  if (plain !== undefined) return { kind: plain };
  if (name === 'symbol') return { kind: 'symbol' };
  const symbolKind = /^symbol\.(.+)$/.exec(name)?.[1];
  return symbolKind !== undefined && SYMBOL_KINDS.some((kind) => kind === symbolKind) ? { kind: 'symbol', symbolKind } : undefined;
}
