import type { Maybe, Point, Token } from './token.js';

/** What a part needs: a name of its own for each token, optional token or point. */
// biome-ignore lint/suspicious/noExplicitAny: a map of tokens of any type; Resolved gives each its own type back
export type Deps = Readonly<Record<string, Token<any> | Maybe<any> | Point<any>>>;

/** One contribution to a point, with the plugin that made it. */
export interface Contribution<V> {
  readonly plugin: string;
  readonly value: V;
  /** Refuses it: the contributor is shown as degraded with this reason. */
  reject(reason: string): void;
}

export type Resolved<D extends Deps> = {
  readonly [K in keyof D]: D[K] extends Token<infer V>
    ? V
    : D[K] extends Maybe<infer V>
      ? V | undefined
      : D[K] extends Point<infer V>
        ? readonly Contribution<V>[]
        : never;
};
