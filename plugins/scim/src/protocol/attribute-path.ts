/** Where an attribute is: `schema:name.sub`. */
export interface AttributePath {
  /** The URN before the name, as it was written. */
  readonly schema: string | undefined;
  readonly name: string;
  readonly sub: string | undefined;
}
