import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownersOf, type PlacementRules } from './owners-of.js';

const REPOSITORIES = Array.from({ length: 400 }, (_, i) => i + 1);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 7 });
const rules = (nodes: readonly string[], more: Partial<PlacementRules> = {}): PlacementRules => ({
  nodes,
  copies: 1,
  drained: new Set(),
  pins: new Map(),
  ...more,
});
const placed = fc
  .record({ nodes: names, copies: fc.integer({ min: 1, max: 4 }), marks: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }) })
  .map(({ nodes, copies, marks }) => ({ nodes, copies, drained: new Set(nodes.filter((_, i) => marks[i])) }));

describe('the nodes that a repository belongs on', () => {
  it('are different ones, as many as there are to be copies or nodes', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 9 }), (nodes, copies) => {
        for (const id of REPOSITORIES) {
          const owners = ownersOf(id, rules(nodes, { copies }));
          expect(new Set(owners).size).toBe(Math.min(copies, nodes.length));
        }
      }),
    );
  });

  it('do not depend on the order in which nodes are named', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 3 }), (nodes, copies) => {
        for (const id of REPOSITORIES)
          expect(ownersOf(id, rules([...nodes].reverse(), { copies }))).toEqual(ownersOf(id, rules(nodes, { copies })));
      }),
    );
  });

  it('change with a node more or less by that node’s share alone', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 7 }), fc.integer({ min: 1, max: 3 }), ([added, ...nodes], copies) => {
        for (const id of REPOSITORIES) {
          const before = ownersOf(id, rules(nodes, { copies }));
          const after = ownersOf(id, rules([...nodes, added as string], { copies }));
          // Only the new node is new, and it takes the place of at most one.
          expect(after.filter((node) => !before.includes(node) && node !== added)).toEqual([]);
          if (!after.includes(added as string)) expect(after).toEqual(before);
          else expect(before.filter((node) => !after.includes(node)).length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('share the repositories evenly, whatever their names', () => {
    const many = Array.from({ length: 4_000 }, (_, i) => i + 1);
    fc.assert(
      fc.property(fc.constantFrom('search-', 'node', 'x'), fc.integer({ min: 2, max: 8 }), (prefix, count) => {
        const nodes = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
        const shares = Map.groupBy(many, (id) => ownersOf(id, rules(nodes))[0]);
        for (const node of nodes) {
          const share = (shares.get(node)?.length ?? 0) / (many.length / count);
          expect(share).toBeGreaterThan(0.8);
          expect(share).toBeLessThan(1.2);
        }
      }),
    );
  });

  it('are never drained while another is not, and then only what a drained one had moves', () => {
    fc.assert(
      fc.property(placed, ({ nodes, copies, drained }) => {
        for (const id of REPOSITORIES) {
          const before = ownersOf(id, rules(nodes, { copies }));
          const after = ownersOf(id, rules(nodes, { copies, drained }));
          expect(after.length).toBeGreaterThan(0);
          if (drained.size < nodes.length) expect(after.filter((node) => drained.has(node))).toEqual([]);
          if (before.every((node) => !drained.has(node))) expect(after).toEqual(before);
        }
      }),
    );
  });

  it('are those it is pinned to; a pin rests while its nodes are drained or gone, and moves nothing else', () => {
    fc.assert(
      fc.property(
        placed,
        fc.constantFrom(...REPOSITORIES),
        fc.uniqueArray(name, { maxLength: 2 }),
        ({ nodes, copies, drained }, id, strangers) => {
          const pinned = [...nodes.slice(0, 2), ...strangers.filter((node) => !nodes.includes(node))];
          const pins = new Map([[id, pinned]]);
          const usable = nodes.slice(0, 2).filter((node) => drained.size === nodes.length || !drained.has(node));
          const free = rules(nodes, { copies, drained });
          expect(ownersOf(id, { ...free, pins })).toEqual(usable.length > 0 ? usable : ownersOf(id, free));
          for (const other of REPOSITORIES.filter((o) => o !== id))
            expect(ownersOf(other, { ...free, pins })).toEqual(ownersOf(other, free));
        },
      ),
    );
  });
});
