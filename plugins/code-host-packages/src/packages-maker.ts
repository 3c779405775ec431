import { createHash, timingSafeEqual } from 'node:crypto';
import type { MadeFile, MadeVersion, MirrorMaker } from '@sextant/plugin-git/api';
import { type Clock, type OutboundHttp, Secret, SextantError, z } from '@sextant/sdk';
import type { ArchiveLimits } from './archive/archive-limits.js';
import { readTarball } from './archive/read-tarball.js';
import { readZip } from './archive/read-zip.js';
import { refusal } from './archive/refusal.js';
import { SumDatabase, type SumDatabaseAddress } from './go/sum-database.js';
import { zipChecksum } from './go/zip-checksum.js';
import { makerInput, type PackageVersion } from './package-versions.js';
import { authorization } from './registry-authorization.js';

export const MAKER = 'packages';

export interface PackagesMakerParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly sleep: Clock['sleep'];
  readonly limits: () => ArchiveLimits & { readonly maxArchive: number };
}

/** Nobody in particular: the same on every node. */
const AUTHOR = 'packages@sextant.invalid';
const TRIES = 3;
/** Milliseconds. */
const FIRST_WAIT = 500;
const TIMEOUT = 5 * 60_000;
/** Versions that could not be taken and are not tried again, over all packages. */
const MOST_REFUSED = 10_000;
const STRONGEST_FIRST = ['sha512', 'sha384', 'sha256', 'sha1'] as const;

/** Makes mirrors of packages, out of the archives of their versions. */
export function packagesMaker(parts: PackagesMakerParts): MirrorMaker {
  /** By address and checksum of the archive: what was refused once is refused again, without being fetched again. */
  const refused = new Map<string, SextantError>();
  return {
    name: MAKER,
    async make({ url, input, username, password }) {
      const { registry, versions, latest, sums } = makerInput.parse(JSON.parse(input));
      const fetching = new Fetching(
        parts,
        new URL(url).origin,
        password === undefined ? undefined : authorization(username, new Secret(password)),
        sums,
      );
      const made = versions.map(
        (version): MadeVersion => ({
          tag: version.tag,
          async content(signal) {
            const key = JSON.stringify([version.archive, version.integrity, sums]);
            const known = refused.get(key);
            if (known) throw known;
            const keep = (error: unknown): never => {
              if (isRefusal(error) && error.details['passing'] !== true && refused.size < MOST_REFUSED) refused.set(key, error);
              throw error;
            };
            try {
              const { files, date } = await fetching.version(version, signal);
              return { message: version.message, author: { name: registry, email: AUTHOR }, date, files: kept(files, keep) };
            } catch (error) {
              return keep(error);
            }
          },
        }),
      );
      return { versions: made, branches: [{ name: 'latest', tags: latest }] };
    },
  };
}

async function* kept(files: AsyncIterable<MadeFile>, keep: (error: unknown) => never): AsyncGenerator<MadeFile> {
  try {
    yield* files;
  } catch (error) {
    keep(error);
  }
}

const isRefusal = (error: unknown): error is SextantError => SextantError.is(error) && error.details['refused'] === true;

const times = z.object({ Time: z.string() });

class Fetching {
  #sumDatabase: SumDatabase | undefined;

  constructor(
    private readonly parts: PackagesMakerParts,
    /** Of the registry: the credential goes there, and nowhere else. */
    private readonly origin: string,
    private readonly header: Secret | undefined,
    private readonly sums: SumDatabaseAddress | undefined,
  ) {}

  async version(version: PackageVersion, signal: AbortSignal): Promise<{ readonly files: AsyncIterable<MadeFile>; readonly date: Date }> {
    const limits = this.parts.limits();
    const date = version.date ?? (await this.#timeOf(version.info, signal));
    const archive = await this.#bytes(version.archive, limits.maxArchive, signal);
    if (version.integrity) proven(archive, version.integrity);
    const { format, root = '', module } = version;
    const files = () => (format === 'zip' ? readZip(archive, root, limits) : readTarball(archive, limits));
    if (module && this.sums) await this.#hold(await zipChecksum(files(), root), module, signal);
    return { files: files(), date: new Date(date) };
  }

  /** @throws SEXTANT_PACKAGES_INTEGRITY, SEXTANT_PACKAGES_SUMDB */
  async #hold(checksum: string, { path, version }: NonNullable<PackageVersion['module']>, signal: AbortSignal): Promise<void> {
    const told = await this.#database(signal).checksum(path, version);
    // It makes the record when it is first asked for: a version that it cannot get today it may have tomorrow.
    if (told === undefined)
      throw refusal(
        'SEXTANT_PACKAGES_INTEGRITY',
        'The checksum database does not know it.',
        { passing: true },
        'Name the module in "noSumCheck" of the connection where it is private.',
      );
    if (told !== checksum)
      throw refusal('SEXTANT_PACKAGES_INTEGRITY', `Its files have the checksum ${checksum}; the checksum database has ${told}.`);
  }

  #database(signal: AbortSignal): SumDatabase {
    this.#sumDatabase ??= new SumDatabase(this.sums!, (url) => this.#ask(url, signal));
    return this.#sumDatabase;
  }

  async #ask(url: string, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      return await this.#bytes(url, 1024 ** 2, signal, 'admin');
    } catch (error) {
      signal.throwIfAborted();
      if (isRefusal(error) && [404, 410].includes(Number(error.details['status']))) return undefined;
      throw new SextantError('SEXTANT_PACKAGES_FETCH', {
        what: `The checksum database at ${new URL(url).host} could not be asked.`,
        why: SextantError.is(error) ? [error.what, error.why].filter(Boolean).join(' ') : String(error),
        fix: 'Wait, or see how it is reached from here; "sumdb" of the connection names another one, or "off".',
      });
    }
  }

  async #timeOf(info: string | undefined, signal: AbortSignal): Promise<number> {
    if (info === undefined) return 0;
    const text = (await this.#bytes(info, 1024 ** 2, signal)).toString();
    const time = times.safeParse(json(text)).data?.Time;
    const date = Date.parse(time ?? '');
    if (Number.isNaN(date)) throw notFetched(info, 'It told no time of the version.');
    return date;
  }

  async #bytes(url: string, maxBody: number, signal: AbortSignal, from?: 'admin'): Promise<Buffer> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(url, maxBody, signal, from);
      } catch (error) {
        signal.throwIfAborted();
        if (SextantError.is(error) && error.code === 'SEXTANT_OUTBOUND_TOO_LARGE')
          throw refusal('SEXTANT_PACKAGES_TOO_LARGE', `Its archive takes more than ${maxBody} bytes.`);
        if (isRefusal(error) || tries >= TRIES) throw error;
        await this.parts.sleep(FIRST_WAIT * 2 ** tries, signal);
      }
    }
  }

  /** @param by who named the address. A registry may keep archives elsewhere: what it tells is a stranger's. */
  async #once(url: string, maxBody: number, signal: AbortSignal, by: 'admin' | undefined): Promise<Buffer> {
    const isOwn = new URL(url).origin === this.origin;
    const headers: Readonly<Record<string, string>> = isOwn && this.header ? { authorization: this.header.reveal() } : {};
    const response = await this.parts.http.fetch(url, {
      signal,
      maxBody,
      timeout: TIMEOUT,
      from: by ?? (isOwn ? 'admin' : 'person'),
      headers,
    });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    await response.body?.cancel();
    // The registry tells of the version and does not give it: taken back, or kept for others.
    if ([403, 404, 410, 451].includes(response.status))
      throw refusal('SEXTANT_PACKAGES_ARCHIVE', `The registry does not give its archive (status ${response.status}).`, {
        status: response.status,
      });
    throw notFetched(url, `The status was ${response.status}.`);
  }
}

/** @throws SEXTANT_PACKAGES_INTEGRITY */
function proven(archive: Buffer, integrity: readonly string[]): void {
  const told = STRONGEST_FIRST.map((algorithm) => [algorithm, integrity.flatMap((one) => digestIn(one, algorithm))] as const).find(
    ([, digests]) => digests.length > 0,
  );
  if (!told) throw refusal('SEXTANT_PACKAGES_INTEGRITY', 'The registry tells no checksum of its archive.');
  const [algorithm, digests] = told;
  const digest = createHash(algorithm).update(archive).digest();
  if (!digests.some((one) => one.length === digest.length && timingSafeEqual(one, digest)))
    throw refusal('SEXTANT_PACKAGES_INTEGRITY', `Its archive has another ${algorithm} checksum than the registry tells.`);
}

function digestIn(text: string, algorithm: string): readonly Buffer[] {
  const [, of, digest] = /^(sha\d+)-([A-Za-z0-9+/]+=*)(?:\?.*)?$/.exec(text) ?? [];
  return of === algorithm && digest !== undefined ? [Buffer.from(digest, 'base64')] : [];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notFetched = (url: string, why: string): SextantError =>
  new SextantError('SEXTANT_PACKAGES_FETCH', {
    what: `${new URL(url).host} did not give what belongs to a version.`,
    why,
    fix: 'Wait, or see how the registry is.',
  });
