import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const PEOPLE = [
  { number: 7, login: 'ana', name: 'Ana', mail: 'ana@example.com', mailConfirmed: true, departments: ['platform', 'tools'] },
  { number: 8, login: 'ben', name: 'Ben', mail: 'ben@example.com', mailConfirmed: false, departments: ['sales'] },
];

/** A fake of a Roster directory, for tests: it lets in whoever writes their login into its page, and takes each ticket once. */
export class FakeRoster implements AsyncDisposable {
  readonly secret = 'fake-roster-secret';
  readonly #entries = new Map<string, URLSearchParams>();
  readonly #tickets = new Map<string, { readonly login: string | null; readonly challenge: string | null }>();
  readonly #server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { status, headers = {}, body: answer } = this.#route(request.method ?? '', new URL(request.url ?? '/', this.url), body);
      response.writeHead(status, headers).end(answer);
    });
  });

  static async start(): Promise<FakeRoster> {
    const made = new FakeRoster();
    await new Promise<void>((listening) => made.#server.listen(0, '127.0.0.1', listening));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo | null)?.port ?? 1}`;
  }

  /** Tickets that were given out and not taken. */
  get tickets(): readonly string[] {
    return [...this.#tickets.keys()];
  }

  #route(method: string, { pathname, searchParams }: URL, body: string): Answer {
    if (method === 'GET' && pathname === '/enter') {
      const id = randomBytes(8).toString('hex');
      this.#entries.set(id, searchParams);
      const form = `<form method="post" action="/enter"><input type="hidden" name="id" value="${id}"><input name="login"></form>`;
      return { status: 200, headers: { 'content-type': 'text/html' }, body: form };
    }
    if (pathname === '/enter') {
      const filled = new URLSearchParams(body);
      const asked = this.#entries.get(filled.get('id') ?? '');
      const ticket = randomBytes(8).toString('hex');
      this.#tickets.set(ticket, { login: filled.get('login'), challenge: asked?.get('challenge') ?? null });
      const back = new URL(asked?.get('back') ?? '');
      back.search = new URLSearchParams({ state: asked?.get('state') ?? '', ticket }).toString();
      return { status: 303, headers: { location: back.href } };
    }
    const { ticket, verifier, secret } = JSON.parse(body) as Record<string, string>;
    const given = this.#tickets.get(ticket ?? '');
    this.#tickets.delete(ticket ?? '');
    const challenge = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url');
    const person = PEOPLE.find(({ login }) => login === given?.login);
    if (!person || secret !== this.secret || given?.challenge !== challenge) return { status: 403 };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(person) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
