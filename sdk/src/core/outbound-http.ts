/** Every outbound call of a plugin: one place for proxies, limits, logs and the guard against calls into our own network. */
export interface OutboundHttp {
  fetch(url: string, init?: RequestInit & { /** Milliseconds, default 30,000. */ readonly timeout?: number }): Promise<Response>;
}
