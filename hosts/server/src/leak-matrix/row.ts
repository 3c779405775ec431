import type { DocumentNode } from 'graphql';
import { parse } from 'graphql';
import { type Target, tellsMoreThan } from './target.js';

/** Who asks, as the server sees it. */
export interface Asker {
  readonly name: string;
  /** `user:7`; of nobody signed in: `anonymous`. */
  readonly actorId: string;
  readonly siteAdmin: boolean;
  fetch(path: string, init?: Init): Promise<Answer>;
  /** The answer as it comes. */
  open(path: string, init?: Init): Promise<Response>;
}

export interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** All that the asker gets to see. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One way in which somebody could learn of a repository or a file. */
export interface Row {
  /** A sentence that names the failure. */
  readonly name: string;
  /** The plugin whose file it stands in. */
  readonly plugin?: string;
  /** `file`: it tells of a file, and is asked about files that path rules hide, too. Default: it tells of a repository alone. */
  readonly about?: 'repository' | 'file';
  /** Surfaces that are asked, as `enumerateSurfaces` names them; those of a GraphQL document are read out of it. */
  readonly covers?: readonly string[];
  readonly document?: DocumentNode;
  ask(asker: Asker, target: Target): Promise<Answer>;
  /** All that is sent. What would be sent about several targets alike is sent once. Default: it is another for each. */
  readonly request?: (target: Target) => string;
  /** What the asker says, and so tells nothing when it comes back. */
  readonly question?: (target: Target) => string;
  /** Does the answer tell that it is there? Default: it holds a mark of it that the question did not. */
  reveals?(answer: Answer, target: Target): boolean;
  /** Which of those that one may see it tells of. Default: what is cloned, and not deleted. */
  readonly shows?: (target: Target, asker: Asker) => boolean;
  /** It ruins what it is asked about: never asked by who may. */
  readonly spoils?: boolean;
  /** Its answer is long on its way: at these steps a grant may be taken away. */
  readonly held?: RegExp;
  /** Milliseconds after which it has heard that a grant is gone; default: at once. */
  readonly heardAfter?: number;
  /** `bytes`: they are sent as they are read, and what is sent stays sent: only what comes later is looked at. */
  readonly sends?: 'bytes';
  /** What of the answer is said when all that was found has been; default: the whole. */
  readonly saidAtEnd?: (body: string) => string;
  /** Steps before which nothing has been counted: of what is taken away when they begin, it does not reveal a number either. */
  readonly countsAfter?: RegExp;
  /** False: it may look otherwise where rules hide files than where there are none, and says why. */
  readonly twin?: boolean;
  /** Does what it counts agree with what the asker may see? */
  agrees?(answer: Answer, visible: readonly Target[]): boolean;
  /** Only site admins are answered at all. */
  readonly forAdmins?: boolean;
}

type More = Pick<
  Row,
  'about' | 'reveals' | 'shows' | 'spoils' | 'forAdmins' | 'covers' | 'held' | 'twin' | 'agrees' | 'countsAfter' | 'saidAtEnd'
>;

export const isThere = (target: Target): boolean => !target.isDeleted;
export const isCloned = (target: Target): boolean => target.isCloned && !target.isDeleted;

/** A GraphQL operation. */
export function gql(name: string, document: string, variables: (target: Target) => object, more: More = {}): Row {
  const request = (target: Target): string => JSON.stringify(variables(target));
  return {
    name,
    document: parse(document),
    request,
    question: request,
    reveals: (answer, target) => tellsMoreThan(request(target), answer.body, target),
    ask: (asker, target) =>
      asker.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables: variables(target) }),
      }),
    ...more,
  };
}

/** A request to a route. */
export function http(
  name: string,
  covers: string,
  request: (target: Target) => { readonly path: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  more: More = {},
): Row {
  const method = covers.split(' ')[1] ?? 'GET';
  return {
    name,
    covers: [covers],
    request: (target) => JSON.stringify(request(target)),
    question: (target) => decodeURIComponent(request(target).path),
    reveals: (answer, target) => tellsMoreThan(decodeURIComponent(request(target).path), answer.body, target),
    ask: (asker, target) => {
      const { path, ...init } = request(target);
      return asker.fetch(path, { method, ...init });
    },
    ...more,
  };
}

/** A number in the answer, such as `"totalCount":3`, that is not zero. */
export const countsSome =
  (field: string) =>
  ({ body }: Answer): boolean =>
    new RegExp(`"${field}":"?[1-9]`).test(body);

/** It was answered at all, and not with the error of what is not there. */
export const isDone = ({ status, body }: Answer): boolean => status < 300 && !body.includes('"errors":[');

/** Why surfaces hold nothing that is derived from code, in words. */
export interface Reason {
  /** Each as `enumerateSurfaces` names it, with `*` for any letters. */
  readonly surfaces: readonly string[];
  readonly because: string;
}

/** What one plugin answers for. */
export interface PluginRows {
  readonly plugin: string;
  readonly rows: readonly Row[];
  readonly reasons: readonly Reason[];
}
