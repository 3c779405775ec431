import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepository {
  readonly id: number;
  readonly name: string;
  readonly private?: boolean;
}

/** A fake of a Smithy server, for tests: it lists what it was given, two a page, to who has its token. It serves no git. */
export class FakeSmithy {
  readonly token = 'fake-smithy-token';
  repositories: readonly FakeRepository[];
  readonly #server: Server;

  private constructor(repositories: readonly FakeRepository[]) {
    this.repositories = repositories;
    this.#server = createServer((request, response) => {
      const send = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const url = new URL(request.url ?? '/', this.url);
      if (request.headers.authorization !== `Bearer ${this.token}`) return send(401, { error: 'token' });
      if (url.pathname !== '/api/repositories') return send(404, { error: 'path' });
      const page = Number(url.searchParams.get('page') ?? 1);
      const shown = this.repositories.slice((page - 1) * 2, page * 2);
      send(200, {
        repositories: shown.map((r) => ({ ...r, private: r.private ?? false, clone: `${this.url}/git/${r.name}.git` })),
        next: page * 2 < this.repositories.length ? page + 1 : null,
      });
    });
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
