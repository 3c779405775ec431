import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gitBackend } from './git-backend.js';
import { HostFaults, type ListingFault } from './host-faults.js';

const GIT_REQUEST = /\/(?:info\/refs|git-upload-pack)(?:\?|$)/;

/** A repository of a fake host: what the scaffold needs of it. */
export interface FakeEntry {
  readonly id: number;
  /** As the host names it, such as `owner/name`. */
  readonly name: string;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a host sends to a webhook. */
export interface FakeDelivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Behind the address, with its question mark; for hosts that prove themselves there. */
  readonly query?: string;
}

/**
 * A fake of a host that speaks HTTP on a port of this machine, for tests. It does the faults of the contract, remembers what was asked, keeps to the limits
 * of its host, and says by etags what has not changed; a host's own fake says how it answers (`route`).
 */
export abstract class ProtocolServer<R extends FakeEntry> implements AsyncDisposable {
  readonly faults = new HostFaults();
  repositories: R[];
  /** Former names, and the ids of the repositories that had them. */
  readonly renamed = new Map<string, number>();
  /** Methods and paths that were asked for, below the base of the API. */
  readonly asked: string[] = [];
  /** The folder of its bare repositories, which lie at the paths that they are cloned from; undefined: it serves no git. */
  gitFolder: string | undefined;
  /** Called while git, or what feeds it, waits for an answer. */
  whileGitWaits: () => void = () => undefined;
  /** What it allows; undefined: as much as one likes. */
  window: RequestWindow | undefined;
  readonly #first: readonly R[];
  readonly #server: Server;

  protected constructor(repositories: readonly R[]) {
    this.#first = repositories;
    this.repositories = [...repositories];
    this.#server = createServer(this.faults.wrap((request, response) => this.serve(request, response)));
  }

  protected abstract route(request: IncomingMessage, url: URL): FakeAnswer;
  /** Of an answer of the API. */
  protected readonly contentType: string = 'application/json';
  /** Before the JSON of each answer. */
  protected readonly jsonPrefix: string = '';
  /** Whether answers have etags, and those that have not changed are free. */
  protected readonly etags: boolean = false;

  /** What a request is answered with that is one too many. */
  protected refusal(window: RequestWindow): FakeAnswer {
    return { status: 429, body: { message: 'Rate limit exceeded' }, headers: { 'retry-after': String(window.secondsLeft) } };
  }

  /** What every answer says of limits. */
  protected limitHeaders(_window: RequestWindow): Readonly<Record<string, string>> {
    return {};
  }

  /** Who may clone, by what git sends. */
  protected letsGitIn(_user: string, _password: string): boolean {
    return false;
  }

  /** Where the folder has what git asks for. */
  protected gitPath(url: string): string {
    return url;
  }

  /** What is no API is answered here first. */
  protected serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.gitFolder !== undefined && GIT_REQUEST.test(request.url ?? '')) {
      this.whileGitWaits();
      request.url = this.gitPath(request.url ?? '/');
      gitBackend(this.gitFolder, (user, password) => this.letsGitIn(user, password))(request, response);
    } else this.#answer(request, response);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.route(request, new URL(request.url ?? '/', this.url));
    const text = answer.body === undefined ? '' : `${this.jsonPrefix}${JSON.stringify(answer.body)}`;
    const isGood = (answer.status ?? 200) === 200 && request.method === 'GET';
    const etag = this.etags && isGood ? `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"` : undefined;
    const unchanged = etag !== undefined && request.headers['if-none-match'] === etag;
    const { window } = this;
    const allowed = unchanged || !window || window.take();
    const { status = 200, headers = {}, body } = allowed || !window ? answer : this.refusal(window);
    const common = {
      'content-type': this.contentType,
      ...(window ? { date: new Date(window.now()).toUTCString(), ...this.limitHeaders(window) } : {}),
      ...headers,
    };
    if (!allowed) response.writeHead(status, common).end(JSON.stringify(body));
    else if (unchanged) response.writeHead(304, { ...common, etag }).end();
    else response.writeHead(status, { ...common, ...(etag === undefined ? {} : { etag }) }).end(text);
  }

  protected async listening(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A rename, or a transfer. */
  rename(id: number, name: string): void {
    const before = this.repositories.find((repository) => repository.id === id);
    if (!before) throw new Error(`no repository ${id}`);
    this.renamed.set(before.name, id);
    this.repositories = this.repositories.map((repository) => (repository.id === id ? { ...repository, name } : repository));
  }

  /** The repository that had this name once, and has another now. */
  protected movedFrom(name: string): R | undefined {
    const id = this.renamed.get(name);
    return this.repositories.find((repository) => repository.id === id);
  }

  /** As it was started, without faults. */
  restore(): void {
    this.repositories = [...this.#first];
    this.renamed.clear();
    this.faults.clear();
    this.asked.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** So many requests in each window of time, by a clock of the test's choice. */
export class RequestWindow {
  /** Requests that were one too many. */
  refused = 0;
  #used = 0;
  #end = 0;

  /** @param length milliseconds; default an hour */
  constructor(
    public limit: number,
    readonly now: () => number = Date.now,
    private readonly length = 3_600_000,
  ) {}

  take(): boolean {
    if (this.now() >= this.#end) {
      this.#end = this.now() + this.length;
      this.#used = 0;
    }
    if (this.#used >= this.limit) {
      this.refused++;
      return false;
    }
    this.#used++;
    return true;
  }

  get remaining(): number {
    return this.now() >= this.#end ? this.limit : this.limit - this.#used;
  }

  /** Milliseconds since 1970. */
  get end(): number {
    return this.now() >= this.#end ? this.now() + this.length : this.#end;
  }

  get secondsLeft(): number {
    return Math.ceil((this.end - this.now()) / 1_000);
  }
}

/**
 * A page of a list, as the host gives it or as a fault has it.
 * @param number from 1 on
 */
export function fakePage<T>(
  fault: ListingFault | undefined,
  list: readonly T[],
  number: number,
  size: number,
): { readonly items: readonly T[]; readonly goesOn: boolean } {
  const last = Math.max(1, Math.ceil(list.length / size));
  // An empty page comes second, and all that is after it a page later.
  const late = fault === 'empty-page-between' && number > 1 ? 1 : 0;
  const at = fault === 'endless-pages' ? (number - 1) % last : fault === 'same-page-again' ? 0 : number - 1 - late;
  const overlap = fault === 'repeated-repositories' && number > 1 ? 1 : 0;
  return {
    items: late === 1 && number === 2 ? [] : list.slice(at * size - overlap, (at + 1) * size),
    goesOn: fault === 'endless-pages' || fault === 'same-page-again' || number - late < last,
  };
}

/** The code of a body under a secret, in hexadecimal. */
export const signatureOf = (body: string, secret: string, algorithm: 'sha1' | 'sha256' = 'sha256'): string =>
  createHmac(algorithm, secret).update(body).digest('hex');
