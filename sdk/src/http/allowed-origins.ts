/** Names origins other than Sextant's own whose pages may call routes with `cors: true`. One that allows an origin is enough. */
export interface AllowedOrigins {
  /** @param origin as a browser sends it: scheme, host and port */
  allows(origin: string): Promise<boolean>;
}
