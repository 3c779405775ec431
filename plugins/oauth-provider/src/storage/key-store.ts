import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secrets, Storage } from '@sextant/sdk';
import type { JWK } from 'oidc-provider';

/** What a key has signed lasts an hour; whoever keeps the list of keys asks anew within a day. */
const KEPT_AFTER = 2 * 86_400_000;

/** The keys that sign ID tokens. The private ones are sealed; the first is the one that signs. */
export class KeyStore {
  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
  ) {}

  /** Newest first; the first one is made when there is none, once for all processes. */
  async all(): Promise<readonly JWK[]> {
    const found = await this.#read();
    if (found.length > 0) return found;
    await this.#add('NOT EXISTS (SELECT FROM signing_keys)');
    return this.#read();
  }

  /** Makes another when the newest is older than `every` milliseconds, and forgets those that nobody needs any more. */
  async rotate(every: number): Promise<void> {
    await this.#add(
      `EXISTS (SELECT FROM signing_keys) AND NOT EXISTS (SELECT FROM signing_keys WHERE created_at > now() - ${Number(every)} * interval '1 millisecond')`,
    );
    await this.db.query(
      `DELETE FROM signing_keys k WHERE EXISTS (SELECT FROM signing_keys n WHERE n.created_at > k.created_at AND n.created_at < now() - $1::double precision * interval '1 millisecond')`,
      [KEPT_AFTER],
    );
  }

  async #add(unless: string): Promise<void> {
    const [wanted] = await this.db.query<{ wanted: boolean }>(`SELECT ${unless} AS wanted`);
    if (!wanted?.wanted) return;
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const id = randomUUID();
    const key = { ...privateKey.export({ format: 'jwk' }), kid: id, alg: 'RS256', use: 'sig' };
    await this.db.transaction(async (tx) => {
      await tx.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
      await tx.query(`INSERT INTO signing_keys (id, sealed_key) SELECT $1, $2 WHERE ${unless}`, [
        id,
        this.secrets.seal(JSON.stringify(key)),
      ]);
    });
  }

  async #read(): Promise<readonly JWK[]> {
    const rows = await this.db.query<{ sealed_key: string }>('SELECT sealed_key FROM signing_keys ORDER BY created_at DESC, id');
    return rows.map(({ sealed_key }) => JSON.parse(this.secrets.open(sealed_key).reveal()) as JWK);
  }
}
