import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

/** A certificate and its key, in PEM form, as a TLS server takes them. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** IPv4 address that it is for. */
  readonly address: string;
  /** Default: for a hundred years from 2020 on. */
  readonly until?: Date;
}

const ECDSA_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const SUBJECT_ALT_NAME = '0603551d11';
const BASIC_CONSTRAINTS = '0603551d13';
const SINCE = new Date('2020-01-01T00:00:00Z');
const UNTIL = new Date('2120-01-01T00:00:00Z');

/** An authority of certificates that lives as long as a test. Written by hand because Node.js makes keys and signatures, and no certificates. */
export class TestAuthority {
  // A client tells authorities apart by their names.
  readonly #name = `Test authority ${randomUUID()}`;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly cert = this.#certificate(this.#name, this.#keys.publicKey, der(0x30, oid(BASIC_CONSTRAINTS), TRUE, octets(der(0x30, TRUE))));

  issue({ address, until }: CertificateWish): ServerIdentity {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ip = der(0x87, Buffer.from(address.split('.').map(Number)));
    const names = der(0x30, oid(SUBJECT_ALT_NAME), octets(der(0x30, ip)));
    return {
      cert: this.#certificate(address, publicKey, names, until),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  #certificate(subject: string, key: KeyObject, extension: Buffer, until = UNTIL): string {
    const signed = der(
      0x30,
      der(0xa0, integer(2)),
      integer(1 + Math.floor(Math.random() * 0x7fff_ffff)),
      der(0x30, oid(ECDSA_SHA256)),
      nameOf(this.#name),
      der(0x30, time(SINCE), time(until)),
      nameOf(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(0x30, extension)),
    );
    const signature = sign('sha256', signed, this.#keys.privateKey);
    const whole = der(0x30, signed, der(0x30, oid(ECDSA_SHA256)), der(0x03, Buffer.from([0]), signature));
    return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  }
}

/** A value in the distinguished encoding rules: its tag, its length, its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const TRUE = Buffer.from('0101ff', 'hex');
const oid = (hex: string): Buffer => Buffer.from(hex, 'hex');
const octets = (content: Buffer): Buffer => der(0x04, content);
const nameOf = (text: string): Buffer => der(0x30, der(0x31, der(0x30, oid(COMMON_NAME), der(0x0c, Buffer.from(text)))));
/** `20200131235959Z`. */
const time = (at: Date): Buffer => der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`));

/** As few bytes as hold the value with its sign: a reader refuses one with more. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return der(0x02, bytes[0]! < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
}
