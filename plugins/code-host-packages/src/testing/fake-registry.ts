import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FakeAnswer, type FakeEntry, ProtocolServer } from '@sextant/plugin-code-host/testing';
import { integrityOf } from './archives.js';
import type { FakeSumDatabase } from './fake-sum-database.js';

export interface FakeVersion {
  readonly archive: Buffer;
  readonly time: string;
  /** Of npm: what it tells of the archive, where that is not the truth. */
  readonly dist?: Readonly<Record<string, string | undefined>>;
}

export interface FakePackage extends FakeEntry {
  readonly versions: Readonly<Record<string, FakeVersion>>;
  /** Of npm: `latest` and its like. */
  readonly tags?: Readonly<Record<string, string>>;
  /** It was there: a status 410, or what npm tells of a package that was taken back whole. */
  readonly gone?: 'status' | 'unpublished';
}

/** What both fakes share: archives beside the JSON of the protocol, and a token where one is set. */
abstract class FakeRegistry extends ProtocolServer<FakePackage> {
  /** Undefined: everybody may read. */
  token: string | undefined;
  /** What requests were sent with. */
  readonly credentials: string[] = [];

  protected abstract archive(path: string): Buffer | string | undefined;

  protected override serve(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', this.url).pathname.slice(1));
    if (request.headers.authorization !== undefined) this.credentials.push(request.headers.authorization);
    const body = this.archive(path);
    if (body === undefined || this.#refuses(request)) {
      super.serve(request, response);
      return;
    }
    this.asked.push(`GET ${path}`);
    this.whileGitWaits();
    response.writeHead(200, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/octet-stream' }).end(body);
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = decodeURIComponent(url.pathname.slice(1));
    this.asked.push(`${request.method} ${path}`);
    if (this.#refuses(request)) return { status: 401, body: { error: 'unauthorized' } };
    return this.answer(path) ?? { status: 404, body: { error: 'not found' } };
  }

  protected abstract answer(path: string): FakeAnswer | undefined;

  #refuses({ headers }: IncomingMessage): boolean {
    return this.token !== undefined && headers.authorization !== `Bearer ${this.token}`;
  }
}

/** A fake of an npm registry: a document for each package, archives beside it. */
export class FakeNpm extends FakeRegistry {
  static async start(packages: readonly FakePackage[]): Promise<FakeNpm> {
    return await new FakeNpm(packages).listening();
  }

  protected override archive(path: string): Buffer | undefined {
    const [, name, version = ''] = /^(.+)\/-\/[^/]+-(\d[^/]*)\.tgz$/.exec(path) ?? [];
    return this.repositories.find((one) => one.name === name)?.versions[version]?.archive;
  }

  protected override answer(path: string): FakeAnswer | undefined {
    const found = this.repositories.find(({ name }) => name === path);
    if (!found) return undefined;
    const { name, versions, tags, gone } = found;
    if (gone === 'status') return { status: 410, body: { error: 'gone' } };
    if (gone === 'unpublished') {
      const time = '2024-02-01T00:00:00.000Z';
      return { body: { _id: name, name, time: { modified: time, unpublished: { time, versions: Object.keys(versions) } } } };
    }
    const file = (version: string): string => `${this.url}/${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
    return {
      body: {
        name,
        description: `About ${name}`,
        'dist-tags': tags ?? { latest: Object.keys(versions).at(-1) },
        versions: Object.fromEntries(
          Object.entries(versions).map(([version, { archive, dist }]) => [
            version,
            { name, version, dist: { tarball: file(version), integrity: integrityOf(archive), ...dist } },
          ]),
        ),
        time: Object.fromEntries(Object.entries(versions).map(([version, { time }]) => [version, time])),
      },
    };
  }
}

/** A fake of a Go module proxy, which writes capitals as `!` and the small letter. */
export class FakeGoProxy extends FakeRegistry {
  /** What it passes on. */
  sums: FakeSumDatabase | undefined;

  static async start(modules: readonly FakePackage[]): Promise<FakeGoProxy> {
    return await new FakeGoProxy(modules).listening();
  }

  protected override archive(path: string): Buffer | string | undefined {
    if (this.sums && path.startsWith(`sumdb/${this.sums.name}/`)) return this.sums.answer(path.slice(`sumdb/${this.sums.name}/`.length));
    const { found, rest } = this.#of(path);
    if (found?.gone) return undefined;
    if (rest === '@v/list')
      return (
        found &&
        `${Object.keys(found.versions)
          .filter((version) => !/-\d{14}-/.test(version))
          .join('\n')}\n`
      );
    return rest?.endsWith('.zip') ? found?.versions[unescaped(rest.slice(3, -4))]?.archive : undefined;
  }

  protected override answer(path: string): FakeAnswer | undefined {
    const { found, rest } = this.#of(path);
    if (found?.gone) return { status: 410, body: { error: 'gone' } };
    const version =
      rest === '@latest' ? Object.keys(found?.versions ?? {}).at(-1) : rest?.endsWith('.info') ? unescaped(rest.slice(3, -5)) : undefined;
    const of = version === undefined ? undefined : found?.versions[version];
    return of && { body: { Version: version, Time: of.time } };
  }

  #of(path: string): { readonly found: FakePackage | undefined; readonly rest: string | undefined } {
    const [, name = '', rest] = /^(.+?)\/(@v\/[^/]+|@latest)$/.exec(path) ?? [];
    return { found: /[A-Z]/.test(name) ? undefined : this.repositories.find((one) => one.name === unescaped(name)), rest };
  }
}

const unescaped = (text: string): string => text.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
