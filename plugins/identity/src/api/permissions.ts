import { type Actor, extensionPoint, serviceToken } from '@sextant/sdk';

/**
 * Something that roles can permit. Who asks for it: `@requires(permission: "NAMESPACE#ACTION")` on a field, or `permits(actor, …)`.
 * Contributed by the part of the role `api`. Site admins may do all of it.
 */
export interface PermissionDeclaration {
  /** Capital letters, digits and `_`, as is `action`: `REPO_METADATA`, `WRITE`. */
  readonly namespace: string;
  readonly action: string;
  /** What it lets people do, in one sentence. */
  readonly description: string;
  /** Which system roles have it until a site admin says otherwise. */
  readonly defaults: readonly ('USER' | 'SERVICE_ACCOUNT')[];
}

export const permissions = extensionPoint<PermissionDeclaration>('identity.permissions@1');

/** How somebody came in: see the fields of the same names of `Actor`. */
export interface CameIn {
  readonly via: Actor['via'];
  readonly credential?: string;
  readonly scopes?: readonly string[];
  readonly confirmation?: Actor['confirmation'];
  /** The `credentialGeneration` of the user when the credential was handed out. Of another one than now it is void. */
  readonly generation?: number;
}

/** Who an account is in a request: for plugins with credentials of their own. */
export interface UserActors {
  /**
   * As the account stands now, with what its roles permit: ask with every request, so that a revoke holds from its commit on.
   * Undefined for a user that is deleted, and for a credential of another generation.
   */
  actorOf(userId: number, cameIn: CameIn): Promise<Actor | undefined>;
}

export const actors = serviceToken<UserActors>('identity.actors@1');
