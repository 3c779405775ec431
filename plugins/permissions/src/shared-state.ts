import type { IdSet, Queryable, Storage } from '@sextant/sdk';
import { type SiteSettings, siteSettings, siteSettingsOf } from './site-settings.js';

/** What is one for the whole site: its settings, and the repositories that the API opened to every user. */
export class SharedState {
  constructor(private readonly db: Storage) {}

  async settings(): Promise<SiteSettings> {
    const [row] = await this.db.query<{ settings: Record<string, unknown> }>('SELECT settings FROM shared');
    return siteSettingsOf(row?.settings ?? {});
  }

  /** Takes over what the site configuration says: it is read in the role api, and matters in all. */
  async takeSettings(effective: Readonly<Record<string, unknown>>): Promise<void> {
    const settings = Object.fromEntries(
      Object.keys(siteSettings.shape).flatMap((key) => (effective[key] === undefined ? [] : [[key, effective[key]]])),
    );
    await this.db.query(`UPDATE shared SET settings = $1::jsonb, version = nextval('versions') WHERE settings <> $1::jsonb`, [
      JSON.stringify(settings),
    ]);
  }

  static async setUnrestricted(tx: Queryable, unrestricted: IdSet): Promise<void> {
    await tx.query(`UPDATE shared SET unrestricted = $1, version = nextval('versions')`, [Buffer.from(unrestricted.toBytes())]);
  }
}
