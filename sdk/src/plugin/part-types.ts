declare const partTypes: unique symbol;

/** What `typeof part` tells a file of the part: its instance and its configuration. It has no value. */
export interface PartTypes<I, S> {
  [partTypes]?(types: readonly [instance: I, config: S]): void;
}
