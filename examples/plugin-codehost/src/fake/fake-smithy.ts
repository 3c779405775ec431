import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostFaults } from '@sextant/plugin-code-host/testing';

export interface FakeRepository {
  readonly id: number;
  readonly name: string;
  readonly private?: boolean;
}

/** A fake of a Smithy server, for tests: it lists what it was given, two a page, to who has its token. It serves no git. */
export class FakeSmithy {
  readonly token = 'fake-smithy-token';
  /** What a test lets go wrong. */
  readonly faults = new HostFaults();
  repositories: readonly FakeRepository[];
  readonly #server: Server;

  private constructor(repositories: readonly FakeRepository[]) {
    this.repositories = repositories;
    const answer: RequestListener = (request, response) => {
      const send = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const url = new URL(request.url ?? '/', this.url);
      if (request.headers.authorization !== `Bearer ${this.token}`) return send(401, { error: 'token' });
      if (url.pathname !== '/api/repositories') return send(404, { error: 'path' });
      const page = Number(url.searchParams.get('page') ?? 1);
      const { listing } = this.faults;
      const last = Math.ceil(this.repositories.length / 2);
      // An empty page comes second, and what would have been there a page later.
      const late = listing === 'empty-page-between' && page > 1 ? 1 : 0;
      const shownPage = listing === 'endless-pages' ? ((page - 1) % last) + 1 : listing === 'same-page-again' ? 1 : page - late;
      const repeated = listing === 'repeated-repositories' && page > 1 ? 1 : 0;
      const shown = late === 1 && page === 2 ? [] : this.repositories.slice((shownPage - 1) * 2 - repeated, shownPage * 2);
      const goesOn = listing === 'endless-pages' || listing === 'same-page-again' || page - late < last;
      send(200, {
        repositories: shown.map((r) => ({ ...r, private: r.private ?? false, clone: `${this.url}/git/${r.name}.git` })),
        next: goesOn ? page + 1 : null,
      });
    };
    this.#server = createServer(this.faults.wrap(answer));
  }

  static async start(repositories: readonly FakeRepository[]): Promise<FakeSmithy> {
    const fake = new FakeSmithy(repositories);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
