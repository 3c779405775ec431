/** What the tests use of a package without types. */
declare module 'samlp' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

  export interface ProfileMapper {
    getClaims(): Readonly<Record<string, unknown>>;
    getNameIdentifier(): { readonly nameIdentifier: string; readonly nameIdentifierFormat?: string };
  }

  export interface AuthOptions {
    readonly issuer: string;
    readonly cert: string;
    readonly key: string;
    readonly audience?: string;
    readonly recipient?: string;
    readonly destination?: string;
    readonly inResponseTo?: string;
    readonly sessionIndex?: string;
    readonly RelayState?: string;
    readonly lifetimeInSeconds?: number;
    readonly signatureAlgorithm?: 'rsa-sha256' | 'rsa-sha1';
    readonly digestAlgorithm?: 'sha256' | 'sha1';
    readonly signAssertion?: boolean;
    readonly signResponse?: boolean;
    readonly encryptionCert?: string;
    readonly encryptionPublicKey?: string;
    readonly encryptionAlgorithm?: string;
    readonly disallowEncryptionWithInsecureAlgorithm?: boolean;
    readonly warnOnInsecureEncryptionAlgorithm?: boolean;
    /** Of the other side: whose requests must be signed by it. */
    readonly signingCert?: string;
    readonly getUserFromRequest: (request: IncomingMessage) => unknown;
    readonly profileMapper: (user: never) => ProfileMapper;
    readonly getPostURL: (
      audience: string,
      request: unknown,
      incoming: IncomingMessage,
      done: (error: unknown, url?: string) => void,
    ) => void;
    readonly responseHandler: (
      response: Buffer,
      options: { readonly postUrl: string },
      request: IncomingMessage,
      answer: ServerResponse,
      next: (error?: unknown) => void,
    ) => void;
  }

  export interface Participant {
    readonly serviceProviderId: string;
    readonly serviceProviderLogoutURL: string;
    readonly sessionIndex: string;
    readonly nameId: string;
    readonly nameIdFormat: string;
    readonly cert: string;
  }

  type Done<R = unknown> = (error: unknown, result?: R) => void;

  export interface LogoutOptions {
    readonly issuer: string;
    readonly cert: string;
    readonly key: string;
    readonly signatureAlgorithm: 'rsa-sha256' | 'rsa-sha1';
    readonly digestAlgorithm: 'sha256' | 'sha1';
    readonly deflate: boolean;
    readonly protocolBinding: string;
    readonly sessionParticipants: {
      get(issuer: string, indexes: readonly string[] | string, nameId: string, done: Done<Participant>): void;
      hasElements(): boolean;
      getFirst(done: Done<Participant>): void;
      remove(issuer: string, index: string, nameId: string, done: Done): void;
    };
    readonly store: {
      save(request: unknown, state: object, done: Done<string>): void;
      load(request: unknown, id: string, options: unknown, done?: Done<object>): void;
      update(request: unknown, id: string, state: object, done: Done): void;
    };
  }

  export function logout(options: LogoutOptions): Handler;
  export function auth(options: AuthOptions): Handler;
  export function metadata(options: {
    readonly issuer: string;
    readonly cert: string;
    readonly redirectEndpointPath: string;
    readonly postEndpointPath: string;
  }): Handler;
  export function parseRequest(
    request: IncomingMessage,
    options: { readonly signingCert?: string },
    done: (
      error: unknown,
      data?: { readonly issuer?: string; readonly assertionConsumerServiceURL?: string; readonly id?: string },
    ) => void,
  ): void;
}
