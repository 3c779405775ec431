import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

interface Credential {
  readonly id: Buffer;
  readonly key: KeyObject;
  readonly userHandle: string;
  readonly rpId: string;
  counter: number;
}

/** How an answer differs from that of an honest browser and device. */
export interface Forgery {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** The device did not check who uses it. */
  readonly unverified?: boolean;
  readonly userHandle?: string;
  /** Signs with another key. */
  readonly wrongKey?: boolean;
  /** What the counter says. */
  readonly counter?: number;
  readonly credential?: number;
}

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
}

interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

/** A security key in software: real ES256 signatures in real CBOR, as a browser hands them on. */
export class FakeAuthenticator {
  readonly credentials: Credential[] = [];

  /** @param origin of the page that asks @param counts false: as synced passkeys, whose counter stays 0 */
  constructor(
    private readonly origin: string,
    private readonly counts = true,
  ) {}

  /** As `JSON.stringify(await navigator.credentials.create(…))`. */
  create(options: CreationOptions, forgery: Forgery = {}): string {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
    const id = randomBytes(32);
    const rpId = forgery.rpId ?? options.rp.id;
    this.credentials.push({ id, key: privateKey, userHandle: options.user.id, rpId, counter: 0 });
    const cose = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const authData = Buffer.concat([
      this.#head(rpId, ATTESTED, forgery, forgery.counter ?? 0),
      Buffer.alloc(16),
      length,
      id,
      isoCBOR.encode(cose as Parameters<typeof isoCBOR.encode>[0]),
    ]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return JSON.stringify({
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, forgery).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0])).toString('base64url'),
        transports: ['usb'],
      },
      clientExtensionResults: {},
    });
  }

  /** As `JSON.stringify(await navigator.credentials.get(…))`. */
  get(options: RequestOptions, forgery: Forgery = {}): string {
    const allowed = new Set(options.allowCredentials?.map(({ id }) => id));
    const credential =
      forgery.credential === undefined
        ? this.credentials.find(({ id }) => allowed.size === 0 || allowed.has(id.toString('base64url')))
        : this.credentials[forgery.credential];
    if (!credential) throw new Error('The authenticator has no such credential.');
    if (this.counts) credential.counter++;
    const authData = this.#head(forgery.rpId ?? options.rpId, 0, forgery, forgery.counter ?? credential.counter);
    const clientData = this.#clientData('webauthn.get', options.challenge, forgery);
    const key = forgery.wrongKey ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : credential.key;
    const signature = sign('sha256', Buffer.concat([authData, createHash('sha256').update(clientData).digest()]), key);
    return JSON.stringify({
      id: credential.id.toString('base64url'),
      rawId: credential.id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: forgery.userHandle ?? credential.userHandle,
      },
      clientExtensionResults: {},
    });
  }

  #head(rpId: string, more: number, { unverified = false }: Forgery, counter: number): Buffer {
    const rest = Buffer.alloc(5);
    rest[0] = USER_PRESENT | (unverified ? 0 : USER_VERIFIED) | more;
    rest.writeUInt32BE(counter, 1);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), rest]);
  }

  #clientData(type: string, challenge: string, forgery: Forgery): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: forgery.type ?? type,
        challenge: forgery.challenge ?? challenge,
        origin: forgery.origin ?? this.origin,
        crossOrigin: forgery.crossOrigin ?? false,
      }),
    );
  }
}
