/** Who acts: every request and job has one. What an actor may see is asked of `code-host.visibility@1`, never decided from here. */
export interface Actor {
  readonly kind: 'user' | 'internal' | 'anonymous';
  /** Stable text for logs and cache keys: `user:12`, `internal:git`, `anonymous`. */
  readonly id: string;
  readonly userId?: number;
  readonly username?: string;
  readonly siteAdmin: boolean;
  /** What roles permit, as `NAMESPACE#ACTION`; site admins may do all of it without being told so here. See {@link permits}. */
  readonly permissions?: readonly string[];
  /** No person: a user that signs in nowhere and has tokens only. */
  readonly serviceAccount?: boolean;
  /** Nobody, on a site that lets everybody read what is public. Of kind `anonymous`. */
  readonly guest?: boolean;
  /** What the actor came in by, for the audit log and for ending it: `session:12`, `token:7`. */
  readonly credential?: string;
  /** Scopes of the access token in use; absent for a session or the local admin. See {@link allows}. */
  readonly scopes?: readonly string[];
  /**
   * Of a session: whether its person proved recently who they are, and where they do so again. Absent where there is no session. See
   * {@link recentSignInRefusal}.
   */
  readonly confirmation?: { readonly recent: boolean; readonly url: string };
  /** How it was established. */
  readonly via: 'local' | 'token' | 'session' | 'internal' | 'none';
}

export const ANONYMOUS: Actor = Object.freeze({ kind: 'anonymous', id: 'anonymous', siteAdmin: false, via: 'none' });

/** Whether a role of the actor permits the action; `permission` is `NAMESPACE#ACTION`. True for site admins and the program itself. */
export const permits = (actor: Actor, permission: string): boolean =>
  actor.kind === 'internal' || actor.siteAdmin || (actor.kind === 'user' && (actor.permissions ?? []).includes(permission));

/**
 * Whether the credential in use reaches so far: whoever brings no token, or one with the scope `user:all`, may do all that the person may. Of the others
 * `externalapi:write` holds `externalapi:read`. The kernel asks it for every route and GraphQL operation; ask it besides before handing out what reaches
 * further than the token that asks, such as another token.
 */
export const allows = ({ scopes }: Actor, scope: string): boolean =>
  scopes === undefined ||
  scopes.includes('user:all') ||
  scopes.includes(scope) ||
  (scope === 'externalapi:read' && scopes.includes('externalapi:write'));

/** Where a request came from. What headers say is the caller's to write, and cut to 300 characters: for logs, never for decisions. */
export interface RequestOrigin {
  /** As in the answer's `x-request-id`. */
  readonly requestId: string;
  /** The address that the connection came from; behind a trusted proxy, the one it names. */
  readonly remoteAddress: string;
  readonly userAgent?: string;
  /** `X-Forwarded-For`, whoever wrote it. */
  readonly forwardedFor?: string;
  /** `X-Sourcegraph-API-Client-Name` and `-Version`, as the field's clients tell them. */
  readonly clientName?: string;
  readonly clientVersion?: string;
  /** Feature flags that the request wants on or, with a `-` before the name, off: `?feat=`, or `X-Sourcegraph-Override-Feature`. At most 20. */
  readonly featureOverrides?: readonly string[];
}

export interface Actors {
  /** The actor of the request or job this code runs in; anonymous outside of both. */
  current(): Actor;
  /** The plugin itself, for background work that no person asked for. */
  internal(): Actor;
  run<R>(actor: Actor, work: () => R): R;
  /** The HTTP request that this code runs for, from before its actor is known until its answer has been sent; undefined in jobs, hooks and commands. */
  request(): RequestOrigin | undefined;
  /**
   * The person for whose request this code runs, in this process or in the one that called it: who shares out what is scarce gives each a part.
   * Undefined for background work and for site admins; all anonymous people are one.
   */
  cause(): string | undefined;
}

/**
 * Which account of this machine sends a request: `owner` is the one that runs Sextant, root, or who shows the secret of this start. `unknown` where the system
 * does not tell, for a request that a proxy passed on, and for one from elsewhere.
 */
export type PeerAccount = 'owner' | 'other' | 'unknown';

/** What an authenticator sees of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress: string;
  /** What connects: the proxy, where one passed the request on. */
  readonly clientAddress?: string;
  /** The path of the route that is asked for, as it was declared: `/-/things/:id`. Undefined where a plugin asks about a request of its own. */
  readonly route?: string;
  /** Only this machine can come in, and no proxy passed this request on. */
  readonly localMode: boolean;
  /** In local mode, whose request it is: without a credential, that of `owner` is the local site admin's, and no other is. */
  readonly peerAccount?: PeerAccount;
}

/**
 * Tries to tell who a request is from. Undefined: there is no credential of this kind in it.
 * A credential that is present and wrong throws SEXTANT_AUTH_INVALID and the request ends with 401.
 */
export interface Authenticator {
  readonly name: string;
  /** True when a credential exists that a person could sign in with; a bind address beyond loopback needs one. */
  hasCredentials(): Promise<boolean>;
  /** Undefined: another may know. Somebody anonymous: nobody else is asked. */
  authenticate(credentials: Credentials): Promise<Actor | undefined>;
  /** Asked when no other authenticator knew. Default false. */
  readonly fallback?: boolean;
}

/** Decides whether a request may come in at all, once it is known who sends it: by its address, say. */
export interface Gate {
  readonly name: string;
  /** @throws a coded error, with which the request ends. */
  admit(credentials: Credentials, actor: Actor): Promise<void>;
}
