import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret, type Secrets, SextantError } from '@sextant/sdk';
import type { KeyRing } from './key-ring.js';

const VERSION = 'sx1';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^sx1\.([a-z0-9]{8,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** Seals with AES-256-GCM: `sx1.<key id>.<nonce>.<text and tag>`. The plugin's id is bound in, so that one plugin's text is none of another's. */
export class PluginSecrets implements Secrets {
  constructor(
    private readonly ring: KeyRing,
    private readonly plugin: string,
  ) {}

  seal(plain: string | Secret): string {
    const { id, bytes } = this.ring.primary;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(this.#bound(id));
    const text = Buffer.concat([
      cipher.update(plain instanceof Secret ? plain.reveal() : plain, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${VERSION}.${id}.${iv.toString('base64url')}.${text.toString('base64url')}`;
  }

  open(sealed: string): Secret {
    const match = SEALED.exec(sealed);
    if (match === null) throw unreadable('It is not a text that Sextant sealed.');
    const [, id, iv, text] = match as unknown as [string, string, string, string];
    const key = this.ring.key(id);
    if (key === undefined) throw unreadable(`The key "${id}" is not in the key file.`);
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES })
      .setAAD(this.#bound(id))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return new Secret(Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8'));
    } catch {
      throw unreadable('It was changed, or sealed by another plugin.');
    }
  }

  reseal(sealed: string): string {
    return sealedUnder(sealed) === this.ring.primary.id ? sealed : this.seal(this.open(sealed));
  }

  #bound(keyId: string): Buffer {
    return Buffer.from(`${VERSION}|${keyId}|${this.plugin}`);
  }
}

/** The id of the key a text is sealed under; undefined when it is no sealed text. */
export const sealedUnder = (text: string): string | undefined => SEALED.exec(text)?.[1];

const unreadable = (why: string): SextantError =>
  new SextantError('SEXTANT_SECRETS_UNREADABLE', {
    what: 'A stored secret cannot be decrypted.',
    why,
    fix: 'Restore the key file it was sealed with, or enter the credential again.',
  });
