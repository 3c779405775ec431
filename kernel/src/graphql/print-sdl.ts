import { type ASTNode, type DefinitionNode, isTypeExtensionNode, Kind, print } from 'graphql';
import type { Claims } from './claims.js';

/** One document of several plugins' claims: extensions folded into their types, everything sorted, directives kept. Equal schemas print equal. */
export function printMerged(all: readonly Claims[]): string {
  const nodes = new Map<string, DefinitionNode>();
  for (const node of all.flatMap(({ document }) => document.definitions)) if (!isTypeExtensionNode(node)) nodes.set(nameOf(node), node);
  for (const { extensions } of all) {
    for (const extension of extensions) {
      const base = nodes.get(extension.name.value);
      if (base !== undefined) nodes.set(extension.name.value, joined(base, extension) as DefinitionNode);
    }
  }
  return `${[...nodes]
    .sort(([a], [b]) => compare(a, b))
    .map(([, node]) => print(sortedNode(node)))
    .join('\n\n')}\n`;
}

/** A plugin's own share, sorted. */
export const printShare = ({ document }: Claims): string =>
  `${[...document.definitions]
    .sort((a, b) => compare(nameOf(a), nameOf(b)) || compare(a.kind, b.kind))
    .map((node) => print(sortedNode(node)))
    .join('\n\n')}\n`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const nameOf = (node: DefinitionNode): string =>
  'name' in node && node.name !== undefined ? (node.kind === Kind.DIRECTIVE_DEFINITION ? `@${node.name.value}` : node.name.value) : '';

const LISTS = ['fields', 'interfaces', 'types', 'values', 'directives'] as const;
type Listed = Partial<Record<(typeof LISTS)[number], readonly ASTNode[]>>;

function joined(base: DefinitionNode, extension: DefinitionNode): object {
  const lists = LISTS.map((list) => [list, [...((base as Listed)[list] ?? []), ...((extension as Listed)[list] ?? [])]] as const);
  return { ...base, ...Object.fromEntries(lists.filter(([, items]) => items.length > 0)) };
}

function sortedNode(node: DefinitionNode): DefinitionNode {
  const named = (item: ASTNode): string => (item as { readonly name?: { readonly value: string } }).name?.value ?? '';
  const lists = LISTS.flatMap((list) => {
    const items = (node as Listed)[list];
    return items === undefined || list === 'directives' ? [] : [[list, [...items].sort((a, b) => compare(named(a), named(b)))] as const];
  });
  return { ...node, ...Object.fromEntries(lists) } as DefinitionNode;
}
