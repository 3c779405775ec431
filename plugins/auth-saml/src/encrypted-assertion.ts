/// <reference path="./xml-encryption.d.ts" />
import { promisify } from 'node:util';
import type { Secret } from '@sextant/sdk';
import { decrypt } from 'xml-encryption';
import { unproven } from './errors.js';
import { allIn, attributeOf, childrenOf, isElement, NS, parseXml, XmlProblem } from './xml.js';

const AUTHENTIC = ['http://www.w3.org/2009/xmlenc11#aes128-gcm', 'http://www.w3.org/2009/xmlenc11#aes256-gcm'];
/** Who may change a text in these, and watch what comes of it, learns what it says: only where the whole answer is signed, which is checked before. */
const CHANGEABLE = ['http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'];
const OF_THE_KEY = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';

/**
 * Looks at an encrypted assertion before it is decrypted: one text and its key, by ciphers that are taken.
 * @param signed the whole answer is signed, and that is checked before this is decrypted
 * @throws SEXTANT_SAML_ANSWER
 */
export function checkEncryption(encrypted: Element, signed: boolean): void {
  const all = allIn(encrypted);
  const named = (name: string): readonly Element[] => all.filter((element) => element.localName === name);
  const [data, ...moreData] = childrenOf(encrypted, NS.encryption, 'EncryptedData');
  const [key, ...moreKeys] = named('EncryptedKey');
  const odd =
    !data ||
    !key ||
    !isElement(key, NS.encryption, 'EncryptedKey') ||
    moreData.length + moreKeys.length > 0 ||
    named('CipherValue').length !== 2 ||
    named('CipherReference').length > 0 ||
    named('RetrievalMethod').some((one) => !/^#[\w.-]+$/.test(attributeOf(one, 'URI') ?? ''));
  if (odd) throw unproven('Its assertion is not encrypted as one text with one key.');
  const algorithm = (of: Element): string => attributeOf(childrenOf(of, NS.encryption, 'EncryptionMethod')[0], 'Algorithm') ?? '';
  if (algorithm(key) !== OF_THE_KEY) throw unproven('Its key is not encrypted by RSA-OAEP.');
  if (AUTHENTIC.includes(algorithm(data))) return;
  if (!CHANGEABLE.includes(algorithm(data))) throw unproven('Its assertion is not encrypted by a cipher that is taken: choose AES-GCM.');
  if (!signed)
    throw unproven('Its assertion is encrypted by AES-CBC, and the answer is not signed as a whole: choose AES-GCM, or sign the answer.');
}

/** The assertion in it. Nobody vouches for it yet. @throws SEXTANT_SAML_ANSWER */
export async function decrypted(encrypted: Element, key: Secret): Promise<Element> {
  let text: string;
  try {
    text = await promisify(decrypt)(encrypted.toString(), { key: key.reveal() });
  } catch {
    throw unproven('Its assertion is encrypted for another key than ours.');
  }
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlProblem) throw unproven(error.message);
    throw error;
  }
}
