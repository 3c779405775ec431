/// <reference path="./samlp.d.ts" />
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import samlp, { type AuthOptions } from 'samlp';
import { generate } from 'selfsigned';
import { TestSessions } from './test-sessions.js';

export interface TestPerson {
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
}

export interface KeyPair {
  readonly private: string;
  readonly cert: string;
}

/** How an answer is otherwise than it should be. */
export interface Fault extends Partial<Omit<AuthOptions, 'issuer'>> {
  readonly issuer?: string;
  /** What is done to the text of an answer once it is signed. */
  readonly rewrite?: (xml: string) => string;
}

export const keyPair = async (): Promise<KeyPair> => await generate([{ name: 'commonName', value: 'test' }], { keySize: 2048 });

/** An identity provider of SAML 2.0 (`samlp`) on a port of this machine. People are by their names, and need no password. */
export class TestIdentityProvider implements AsyncDisposable {
  readonly people = new Map<string, TestPerson>();
  /** Answers that it gave, as XML. */
  readonly given: string[] = [];
  fault: Fault = {};
  readonly sessions = new TestSessions();
  /** Of the other side: by which its requests to end sessions are signed. */
  spCert = '';
  /** Requests that came: their texts are what `samlp` made of them. */
  readonly requests: { readonly issuer?: string; readonly assertionConsumerServiceURL?: string; readonly id?: string }[] = [];
  readonly #server: Server;

  private constructor(public keys: KeyPair) {
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async start(): Promise<TestIdentityProvider> {
    const made = new TestIdentityProvider(await keyPair());
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get issuer(): string {
    return `${this.url}/entity`;
  }

  get metadataUrl(): string {
    return `${this.url}/metadata`;
  }

  async metadata(): Promise<string> {
    return await (await fetch(this.metadataUrl)).text();
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', this.url);
    const query = Object.fromEntries(url.searchParams);
    // As Express would have them.
    const request = Object.assign(incoming, { query, body: {}, protocol: 'http', originalUrl: incoming.url });
    const response = Object.assign(outgoing, {
      set: (name: string, value: string) => outgoing.setHeader(name, value),
      send: (body: unknown) => outgoing.end(String(body)),
    });
    const next = (error?: unknown): void => void outgoing.writeHead(error ? 400 : 404).end(String(error));
    if (url.pathname === '/metadata') {
      const { issuer, keys } = this;
      samlp.metadata({ issuer, cert: keys.cert, redirectEndpointPath: '/sso', postEndpointPath: '/sso' })(request, response, next);
      return;
    }
    if (url.pathname === '/logout') {
      const { key = this.keys.private, cert = this.keys.cert, signatureAlgorithm = 'rsa-sha256', digestAlgorithm = 'sha256' } = this.fault;
      const signed = { issuer: this.fault.issuer ?? this.issuer, key, cert, signatureAlgorithm, digestAlgorithm };
      const posted = { deflate: true, protocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' };
      samlp.logout({ ...signed, ...posted, ...this.sessions.ending(url.searchParams.get('index')) })(request, response, next);
      return;
    }
    const person = this.people.get(query['login'] ?? '');
    if (!person) {
      const hidden = Object.entries(query).map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
      );
      outgoing.setHeader('content-type', 'text/html');
      outgoing.end(`<form method="get" action="/sso">${hidden.join('')}<input name="login"></form>`);
      return;
    }
    const { rewrite = (xml: string) => xml, ...fault } = this.fault;
    samlp.parseRequest(request, fault.signingCert === undefined ? {} : { signingCert: fault.signingCert }, (error, asked) => {
      if (error) return next(error);
      if (asked) this.requests.push(asked);
      const acs = asked?.assertionConsumerServiceURL ?? query['acs'] ?? '';
      const sessionIndex = `_${randomUUID()}`;
      const nameIdFormat = person.nameIdFormat ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
      this.sessions.all.push({
        serviceProviderId: asked?.issuer ?? '',
        serviceProviderLogoutURL: acs.replace(/acs$/, 'logout'),
        sessionIndex,
        nameId: person.nameId,
        nameIdFormat,
        cert: this.spCert,
      });
      samlp.auth({
        issuer: this.issuer,
        cert: this.keys.cert,
        key: this.keys.private,
        recipient: acs,
        destination: acs,
        sessionIndex,
        lifetimeInSeconds: 300,
        getUserFromRequest: () => person,
        profileMapper: ({ nameId, attributes = {} }: TestPerson) => ({
          getClaims: () => attributes,
          getNameIdentifier: () => ({
            nameIdentifier: nameId,
            nameIdentifierFormat: nameIdFormat,
          }),
        }),
        getPostURL: (_audience, _request, _incoming, done) => done(null, acs),
        responseHandler: (signed, { postUrl }) => {
          const xml = rewrite(signed.toString());
          this.given.push(xml);
          outgoing.setHeader('content-type', 'text/html');
          outgoing.end(
            `<form method="post" action="${postUrl}"><input name="SAMLResponse" value="${Buffer.from(xml).toString('base64')}"><input name="RelayState" value="${query['RelayState'] ?? ''}"></form>`,
          );
        },
        ...fault,
      })(request, response, next);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
