import type { IncomingMessage } from 'node:http';
import type { Repository } from '@sextant/plugin-code-host/api';
import { RepoName, RepoPath, RevSpec, type RouteHandler, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import accepts from 'accepts';
import type { TreeEntry } from '../../api.js';
import { byteRange } from './byte-range.js';
import { revisionOf } from './revision-of.js';
import type { Api } from './wiring.js';

// Nothing of a repository runs here, whatever it says it is.
const INERT = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
  vary: 'Accept, Authorization, Cookie',
};
const TYPES = { zip: 'application/zip', tar: 'application/x-tar' } as const;

/** Milliseconds between two looks at the wall while bytes are sent. */
const LOOK_EVERY = 1_000;

interface Asked {
  readonly repository: Repository;
  readonly revision: RevSpec;
  readonly path: RepoPath;
}

/** The bytes of a file, the names in a folder, or an archive of it: `GET /<repository>[@<revision>]/-/raw[/<path>]`. */
export function rawRoute(d: Api, maxArchiveSize: () => number): RouteHandler {
  return async (request) => {
    const format = formatOf(request);
    const { repository, revision, path } = await parse(d, request, request.params['repo'] ?? '', request.params['path'] ?? '');
    const visible = await d.visibility.of(request.actor);
    const oid = await d.git.resolve({ repository: repository.name, revision, signal: request.signal }).catch(missing);
    const entry =
      (path === '' || visible.canSee(repository.id, path)) &&
      (await d.git.entry({ repository: repository.name, oid, path, signal: request.signal }));
    if (!entry || entry.type === 'commit') throw notFound();
    d.audit?.observe('gitserver', 'access', { actor: request.actor }, { repository: repository.name, commit: oid, path });
    const at = { repository: repository.name, oid, path, signal: request.signal };
    const headers = { ...INERT, etag: `"${entry.oid}${format ? `.${format}` : ''}"` };
    if (request.headers['if-none-match'] === headers.etag) return { status: 304, headers };
    if (format) {
      // An archive cannot leave out what the reader may not see, so there is none where rules stand.
      if (visible.paths?.has(repository.id)) throw notFound();
      const name = `${repository.name.split('/').at(-1)}-${oid.slice(0, 12)}.${format}`;
      const body =
        request.method === 'HEAD'
          ? undefined
          : whileSeen(bounded(d.git.archive({ ...at, format }), maxArchiveSize()), d, request, repository);
      return {
        headers: { ...headers, 'content-type': TYPES[format], 'content-disposition': disposition('attachment', name) },
        ...(body ? { body } : {}),
      };
    }
    if (entry.type === 'tree') return folder(request, d, at, headers, (file) => visible.canSee(repository.id, file));
    return file(request, d, at, entry, headers, (bytes) => whileSeen(bytes, d, request, repository, path));
  };
}

type Headers = Readonly<Record<string, string>>;
type At = Parameters<Api['git']['entry']>[0];

async function folder(request: RouteRequest, d: Api, at: At, headers: Headers, sees: (path: string) => boolean): Promise<RouteReply> {
  const all = { ...headers, 'content-type': 'text/plain; charset=utf-8' };
  if (request.method === 'HEAD') return { headers: all };
  const names: string[] = [];
  for await (const entry of d.git.tree(at))
    if (entry.type !== 'blob' || sees(entry.path))
      names.push(`${entry.path.slice(entry.path.lastIndexOf('/') + 1)}${entry.type === 'tree' ? '/' : ''}\n`);
  return { headers: all, body: names.join('') };
}

async function file(
  request: RouteRequest,
  d: Api,
  at: At,
  entry: TreeEntry,
  headers: Headers,
  guarded: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<RouteReply> {
  const size = entry.size ?? 0;
  const name = at.path.slice(at.path.lastIndexOf('/') + 1);
  const all = {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': disposition('inline', name),
    'accept-ranges': 'bytes',
  };
  const range = byteRange(request.headers['range'], size);
  if (range === 'unsatisfiable') return { status: 416, headers: { ...all, 'content-range': `bytes */${size}` } };
  const [start, end] = range ? [range.start, range.end] : [0, size];
  const sized = {
    ...all,
    'content-length': String(end - start),
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
  };
  return {
    status: range ? 206 : 200,
    headers: sized,
    ...(request.method === 'HEAD' ? {} : { body: guarded(d.git.blob({ ...at, start, end })) }),
  };
}

function formatOf({ query, headers }: RouteRequest): 'zip' | 'tar' | undefined {
  const asked = query.get('format');
  if (asked === 'zip' || asked === 'tar') return asked;
  if (asked)
    throw new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', {
      what: 'The format is neither zip nor tar.',
      fix: 'Ask for format=zip or format=tar, or for neither.',
    });
  // Those that are named and not refused by q=0.
  const accepted = accepts({ headers: { accept: headers['accept'] } } as IncomingMessage).types() as string[];
  return accepted.includes(TYPES.zip) ? 'zip' : accepted.includes(TYPES.tar) ? 'tar' : undefined;
}

/**
 * `@` may stand in a name and in a revision. What is malformed in every reading is refused before anything is looked up;
 * then the first reading whose repository is there, shortest name first.
 */
async function parse(d: Api, request: RouteRequest, text: string, pathText: string): Promise<Asked> {
  const path = RepoPath.parse(pathText);
  const readings: { readonly name: RepoName; readonly revision: RevSpec }[] = [];
  let badName: unknown;
  let badRevision: unknown;
  for (const at of [...[...text.matchAll(/@/g)].map((match) => match.index).filter((index) => index > 0), text.length].slice(0, 5)) {
    if (!RepoName.is(text.slice(0, at))) {
      badName ??= caught(() => RepoName.parse(text.slice(0, at)));
      continue;
    }
    const name = RepoName.parse(text.slice(0, at));
    if (at === text.length) readings.push({ name, revision: RevSpec.HEAD });
    else if (RevSpec.is(text.slice(at + 1))) readings.push({ name, revision: RevSpec.parse(text.slice(at + 1)) });
    else badRevision ??= caught(() => revisionOf(text.slice(at + 1), request, d.audit));
  }
  if (readings.length === 0) throw badRevision ?? badName ?? notFound();
  // Read as a name alone, any text with an @ is one: that does not excuse the revision.
  if (badRevision && readings.every(({ revision }) => revision === RevSpec.HEAD)) throw badRevision;
  for (const { name, revision } of readings) {
    const repository = await d.repositories.byName(request.actor, name);
    if (repository) return { repository, revision, path };
  }
  throw notFound();
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

/** One answer for what is missing and for what is hidden. */
const notFound = (): SextantError =>
  new SextantError('SEXTANT_GIT_PATH_NOT_FOUND', {
    what: 'There is nothing here.',
    fix: 'Check the repository, the revision and the path.',
  });

function missing(error: unknown): never {
  if (SextantError.is(error) && error.status === 404 && error.code !== 'SEXTANT_GIT_NOT_CLONED') throw notFound();
  throw error;
}

/** RFC 6266: a plain name for old clients, the true one percent-encoded. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_');
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}

/** Ends in the middle when the reader may see it no more: what is long on its way must not outlive a grant. An archive is of all paths. */
async function* whileSeen(
  chunks: AsyncIterable<Uint8Array>,
  d: Api,
  request: RouteRequest,
  { id }: Repository,
  path?: string,
): AsyncGenerator<Uint8Array> {
  let looked = d.clock.monotonic();
  for await (const chunk of chunks) {
    const now = d.clock.monotonic();
    if (now - looked >= LOOK_EVERY) {
      looked = now;
      const visible = await d.visibility.of(request.actor);
      if (!visible.canSee(id, path) || (path === undefined && visible.paths?.has(id))) throw notFound();
    }
    yield chunk;
  }
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (limit > 0 && size > limit)
      throw new SextantError('SEXTANT_GIT_TOO_LARGE', {
        what: `The archive is larger than ${limit} bytes.`,
        fix: 'Ask for a folder of it.',
      });
    yield chunk;
  }
}
