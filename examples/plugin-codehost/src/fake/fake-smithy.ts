import type { IncomingMessage } from 'node:http';
import { type FakeAnswer, type FakeEntry, fakePage, ProtocolServer } from '@sextant/plugin-code-host/testing';

export interface FakeRepository extends FakeEntry {
  readonly private?: boolean;
}

/** A fake of a Smithy server, for tests: it lists what it was given, two a page, to who has its token. */
export class FakeSmithy extends ProtocolServer<FakeRepository> {
  readonly token = 'fake-smithy-token';

  static async start(repositories: readonly FakeRepository[]): Promise<FakeSmithy> {
    return await new FakeSmithy(repositories).listening();
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    if (request.headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { error: 'token' } };
    if (url.pathname !== '/api/repositories') return { status: 404, body: { error: 'path' } };
    const page = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, this.repositories, page, 2);
    return {
      body: {
        repositories: items.map((r) => ({ ...r, private: r.private ?? false, clone: `${this.url}/git/${r.name}.git` })),
        next: goesOn ? page + 1 : null,
      },
    };
  }
}
