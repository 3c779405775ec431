/** A request to another server. What a plugin sends is a text or bytes, so that a redirect can repeat it. */
export interface OutboundRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | Headers;
  readonly body?: string | Uint8Array<ArrayBuffer> | URLSearchParams;
  readonly signal?: AbortSignal;
  /** Milliseconds until the whole answer must be there; default 30,000. */
  readonly timeout?: number;
  /** Bytes of the answer after decompression; default 32 MiB. Beyond them reading the body throws SEXTANT_OUTBOUND_TOO_LARGE. */
  readonly maxBody?: number;
  /**
   * Who wrote the URL. `person`, the default: anybody, such as the target of a webhook; it leads to no address inside the own network, unless the
   * configuration's `outbound.allow` has it. `admin`: a site admin, such as the URL of a code host; private networks are within reach.
   */
  readonly from?: 'person' | 'admin';
  /** `manual` gives back the redirect itself. Default `follow`: up to five, with no credential to another origin. */
  readonly redirect?: 'follow' | 'manual';
}

/** Every outbound call of a plugin: one place for proxies, limits, the log of requests, and the guard against calls into our own network. */
export interface OutboundHttp {
  /**
   * The answer, whatever its status; its `url` is the one that answered.
   * @throws SEXTANT_OUTBOUND_URL, SEXTANT_OUTBOUND_HEADER, SEXTANT_OUTBOUND_ADDRESS, SEXTANT_OUTBOUND_REDIRECT or SEXTANT_OUTBOUND_FAILED; reading the body throws the last too,
   * and SEXTANT_OUTBOUND_TOO_LARGE. When `signal` is aborted, its reason.
   */
  fetch(url: string, request?: OutboundRequest): Promise<Response>;

  /**
   * The addresses of an http, https, ssh or smtp URL's host, each checked as `fetch` checks it: for what connects by itself, such as git, ssh or mail. It is
   * told to connect to these, since a name that it resolved once more could lead elsewhere by then. IPv4 and IPv6, without brackets, in the order of the
   * system. None where an http or https URL goes out by a proxy and its name is known to nobody else: the program then leaves it to the proxy as well.
   * @throws SEXTANT_OUTBOUND_URL, SEXTANT_OUTBOUND_ADDRESS, or SEXTANT_OUTBOUND_FAILED for a name that does not resolve. When `signal` is aborted, its reason.
   */
  resolve(url: string, options?: Pick<OutboundRequest, 'from' | 'signal'>): Promise<readonly string[]>;
}
