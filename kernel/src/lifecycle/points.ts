import type { Contribution, Point } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';

/**
 * What stands in each extension point. A list is live: it is complete when start hooks run, and follows plugins that
 * come and go. Order is by plugin id, then by declaration.
 */
export class Points {
  readonly #lists = new Map<string, Contribution<unknown>[]>();

  list<V>(point: Point<V>): readonly Contribution<V>[] {
    let list = this.#lists.get(point.key);
    if (!list) {
      list = [];
      this.#lists.set(point.key, list);
    }
    return list as readonly Contribution<V>[];
  }

  /** @throws SEXTANT_POINT_OCCUPIED when the point takes one and has it. */
  add<V>(point: Point<V>, plugin: string, value: V, rejected: (reason: string) => void): Disposable {
    const list = this.list(point) as Contribution<V>[];
    const first = list[0];
    if (point.arity === 'one' && first) {
      throw new SextantError('SEXTANT_POINT_OCCUPIED', {
        what: `"${plugin}" and "${first.plugin}" both contribute to ${point.key}, which takes one.`,
        fix: 'Disable one of the two.',
      });
    }
    const remove = (): void => {
      const index = list.indexOf(contribution);
      if (index >= 0) list.splice(index, 1);
    };
    const contribution: Contribution<V> = {
      plugin,
      value,
      reject: (reason) => {
        remove();
        rejected(`its contribution to ${point.key} was rejected: ${reason}`);
      },
    };
    const after = list.findIndex((other) => other.plugin > plugin);
    list.splice(after < 0 ? list.length : after, 0, contribution);
    return { [Symbol.dispose]: remove };
  }
}
