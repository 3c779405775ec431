import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { Storage } from '@sextant/sdk';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter, type ArtifactParts } from '../storage/artifact-adapter.js';
import type { ClientStore } from '../storage/client-store.js';
import { present } from './asking.js';
import { metadataOf, registeredClient } from './client-metadata.js';

interface AdapterParts extends Omit<ArtifactParts, 'db'> {
  readonly db: Storage;
  readonly clients: ClientStore;
  readonly audit: AuditTrail;
}

/** What the provider keeps, each kind where it belongs. */
export const adapterFor =
  (provider: AdapterParts) =>
  (model: string): Adapter => {
    if (model === 'Client') return clientAdapter(provider);
    const parts = { ...provider, db: () => present()?.tx ?? provider.db };
    return model === 'Session' ? new SessionAdapter(model, parts) : new ArtifactAdapter(model, parts);
  };

/**
 * The provider's own memory of a browser counts only for whoever is signed in here at the moment. So a sign-out, or another person in the same browser, needs
 * nothing of it: it is as if it were not there.
 */
class SessionAdapter extends ArtifactAdapter {
  override async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await super.find(id);
    const owner = found?.accountId;
    return owner === undefined || owner === String(present()?.person?.userId) ? found : undefined;
  }
}

const CLIENT_ID = /^[\w-]{1,100}$/;

/** The provider looks clients up by it, and writes those down that register themselves. */
function clientAdapter({ clients, audit }: Pick<AdapterParts, 'clients' | 'audit'>): Adapter {
  const never = (): Promise<never> => Promise.reject(new Error('Clients are looked up and registered, and nothing else.'));
  return {
    find: async (id) => {
      const found = CLIENT_ID.test(id) ? await clients.withSecretHash(id) : undefined;
      return found && (metadataOf(found.client, found.secretHash) as AdapterPayload);
    },
    upsert: async (id, metadata) => {
      const { client, secret } = registeredClient({ ...metadata, client_id: id });
      const from = present()?.request;
      const who = from ? { actor: from.actor, ip: from.remoteAddress, userAgent: from.headers['user-agent'] } : {};
      await clients.register(id, client, secret, (tx) =>
        audit.record('oauth.client', 'registered', who, { clientID: id, scopes: client.scopes.join(' ') }, { tx }),
      );
    },
    findByUid: never,
    findByUserCode: never,
    consume: never,
    destroy: never,
    revokeByGrantId: never,
  };
}
