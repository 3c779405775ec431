// By its path: the package's `./testing` is for tests alone, and starts only in them.
import { ProtocolServer, RequestWindow } from '../../plugins/code-host/dist/testing/protocol-server.js';

const MINUTE = 60_000;
/** As GitHub documents its secondary limits: requests in a minute, and at once. */
const A_MINUTE = 900;
const AT_ONCE = 100;

/**
 * A fake of GitHub's API with an organization of any number of repositories, which it makes up when they are asked for, and with GitHub's limits: so many
 * requests an hour, and the secondary ones, by a simulated clock. Each answer takes `answerTime` of its milliseconds, and a page has `pageSize` entries,
 * whatever is asked for. All repositories are one when they are cloned.
 */
export class FakeLargeHost extends ProtocolServer {
  contentType = 'application/json; charset=utf-8';
  etags = true;
  /** Requests that were answered, and those that were one too many. */
  served = 0;
  refusedSecondary = 0;
  lastServedAt = 0;
  /** Names in the order in which git first asked for them. */
  cloned = [];
  /** Called before the n-th answer; the answer waits for it. */
  moments = new Map();
  onClone = () => {};
  #minute;
  #open = 0;
  #names = new Set();

  constructor({ clock, count, pageSize, requestsPerHour, answerTime, gitFolder }) {
    super([]);
    this.clock = clock;
    this.count = count;
    this.pageSize = pageSize;
    this.answerTime = answerTime;
    this.gitFolder = gitFolder;
    const now = () => clock.now().getTime();
    this.window = new RequestWindow(requestsPerHour, now);
    this.#minute = new RequestWindow(A_MINUTE, now, MINUTE);
  }

  static start(options) {
    return new FakeLargeHost(options).listening();
  }

  /** Of the repository with this number. */
  static nameOf = (number) => `large/service-${number}`;

  get refused() {
    return this.window.refused + this.refusedSecondary;
  }

  letsGitIn() {
    return true;
  }

  gitPath(url) {
    const [, name, rest] = /^\/([^/]+\/[^/]+)\.git(\/.*)$/.exec(url) ?? [];
    if (name && !this.#names.has(name)) {
      this.#names.add(name);
      this.cloned.push(name);
      this.onClone(name);
    }
    return `/one.git${rest ?? ''}`;
  }

  serve(request, response) {
    if (!request.url.startsWith('/api/')) return super.serve(request, response);
    void this.#limited(request, response);
  }

  async #limited(request, response) {
    response.once('close', () => this.#open--);
    const tooMany = ++this.#open > AT_ONCE || !this.#minute.take();
    this.clock.pass(this.answerTime);
    if (tooMany) {
      this.refusedSecondary++;
      const headers = {
        'content-type': this.contentType,
        date: this.clock.now().toUTCString(),
        'retry-after': String(this.#minute.secondsLeft),
        ...this.limitHeaders(this.window),
      };
      response.writeHead(403, headers).end(JSON.stringify({ message: 'You have exceeded a secondary rate limit.' }));
      return;
    }
    if (this.window.remaining > 0) {
      this.served++;
      await this.moments.get(this.served)?.();
      this.lastServedAt = this.clock.now().getTime();
    }
    super.serve(request, response);
  }

  refusal() {
    return { status: 403, body: { message: 'API rate limit exceeded' } };
  }

  limitHeaders({ limit, remaining, end }) {
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(end / 1_000)),
    };
  }

  route(_request, url) {
    if (url.pathname !== '/api/v3/orgs/large/repos') return { status: 404, body: { message: 'Not Found' } };
    const page = Number(url.searchParams.get('page') ?? 1);
    const last = Math.ceil(this.count / this.pageSize);
    const link = (to, rel) => {
      const address = new URL(url);
      address.searchParams.set('page', String(to));
      return `<${address.href}>; rel="${rel}"`;
    };
    const begin = (page - 1) * this.pageSize;
    const body = Array.from({ length: Math.max(0, Math.min(this.pageSize, this.count - begin)) }, (_, i) => this.#repository(begin + i));
    return { body, headers: page < last ? { link: `${link(page + 1, 'next')}, ${link(last, 'last')}` } : {} };
  }

  #repository(number) {
    const name = FakeLargeHost.nameOf(number);
    return {
      id: number,
      node_id: `R_${number}`,
      name: name.split('/')[1],
      full_name: name,
      description: `What runs as number ${number}`,
      private: false,
      fork: false,
      archived: false,
      stargazers_count: 1,
      size: 24,
      topics: ['tools'],
      html_url: `${this.url}/${name}`,
    };
  }
}
