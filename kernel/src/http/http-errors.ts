import { declareErrors } from '@sextant/sdk';

export const httpErrors = declareErrors({
  SEXTANT_HTTP_NOT_FOUND: {
    status: 404,
    summary: 'No route has this path.',
    fix: 'Check the path, and that the plugin that owns it is active.',
  },
  SEXTANT_HTTP_METHOD: {
    status: 405,
    summary: 'The path has no route for this method.',
    fix: 'Use one of the methods in the Allow header.',
  },
  SEXTANT_HTTP_PATH: { status: 400, summary: 'The path of the request is malformed.', fix: 'Percent-encode it as UTF-8, without NUL.' },
  SEXTANT_HTTP_REQUEST: { status: 400, summary: 'The request is not HTTP.', fix: 'Send HTTP/1.1.' },
  SEXTANT_HTTP_HEADERS_TOO_LARGE: {
    status: 431,
    summary: 'The headers of the request are too large.',
    fix: 'Send fewer cookies or shorter headers.',
  },
  SEXTANT_HTTP_TOO_SLOW: { status: 408, summary: 'The request did not arrive in its time.', fix: 'Send it faster, or in smaller parts.' },
  SEXTANT_HTTP_BODY_TOO_LARGE: {
    status: 413,
    summary: 'The body is larger than the route takes, after decompression.',
    fix: 'Send less at a time.',
  },
  SEXTANT_HTTP_BODY_ENCODING: {
    status: 415,
    summary: 'The Content-Encoding of the body is not supported.',
    fix: 'Send gzip, deflate, br or none.',
  },
  SEXTANT_HTTP_BODY_CORRUPT: { status: 400, summary: 'The body cannot be decompressed.', fix: 'Send what Content-Encoding says.' },
  SEXTANT_HTTP_JSON: { status: 400, summary: 'The body is not JSON.', fix: 'Send one JSON value in UTF-8.' },
  SEXTANT_HTTP_HOST: {
    status: 403,
    summary: 'In local mode, a request came under a name that is not of this machine.',
    fix: 'Open Sextant as http://localhost or http://127.0.0.1.',
  },
  SEXTANT_HTTP_CROSS_ORIGIN: {
    status: 403,
    summary: 'A page of another origin tried to change something.',
    fix: 'Call from the page of Sextant itself, or from outside a browser.',
  },
  SEXTANT_HTTP_RATE_LIMITED: {
    status: 429,
    summary: 'A user or an address sends more requests than the site allows.',
    fix: 'Wait as long as Retry-After says, or raise http.rateLimit.',
  },
  SEXTANT_HTTP_DEADLINE: { status: 504, summary: 'The request did not end in its time.', fix: 'Ask for less at a time.' },
  SEXTANT_HTTP_DRAINING: {
    status: 503,
    summary: 'The server is stopping.',
    fix: 'Try again: another process, or this one after its restart, answers.',
  },
  SEXTANT_HTTP_CONNECTIONS: {
    status: 503,
    summary:
      'More connections came than are served; the further ones are dropped. Half of the file descriptors that the system gives is the most.',
    fix: 'Raise the limit of open files (ulimit -n, LimitNOFILE), or see who opens so many.',
  },
  SEXTANT_HTTP_REPLY: {
    status: 500,
    summary: 'A plugin answered a request with what cannot be sent.',
    fix: 'Correct the handler of the named route.',
  },
  SEXTANT_HTTP_ROUTE: {
    status: 500,
    summary: 'A plugin declares a route that cannot be mounted.',
    fix: 'Correct the path, or remove one of two equal routes.',
  },
  SEXTANT_HTTP_PORT_IN_USE: {
    status: 500,
    summary: 'The port is taken by another program.',
    fix: 'Stop it, or choose another with --port.',
  },
  SEXTANT_HTTP_ADDRESS: {
    status: 500,
    summary: 'The server cannot listen on the address.',
    fix: 'Choose an address of this machine, and a port from 1024 up.',
  },
});
