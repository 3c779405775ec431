import type { Secrets, Storage } from '@sextant/sdk';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from '../storage/artifact-adapter.js';
import type { ClientStore } from '../storage/client-store.js';
import { present } from './asking.js';
import { metadataOf, registeredClient } from './client-metadata.js';

/** What the provider keeps, each kind where it belongs. */
export const adapterFor =
  (parts: { readonly db: Storage; readonly secrets: Secrets; readonly clients: ClientStore }) =>
  (model: string): Adapter => {
    if (model === 'Client') return clientAdapter(parts.clients);
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
function clientAdapter(clients: ClientStore): Adapter {
  const never = (): Promise<never> => Promise.reject(new Error('Clients are looked up and registered, and nothing else.'));
  return {
    find: async (id) => {
      const found = CLIENT_ID.test(id) ? await clients.withSecretHash(id) : undefined;
      return found && (metadataOf(found.client, found.secretHash) as AdapterPayload);
    },
    upsert: async (id, metadata) => {
      const { client, secret } = registeredClient({ ...metadata, client_id: id });
      await clients.register(id, client, secret);
    },
    findByUid: never,
    findByUserCode: never,
    consume: never,
    destroy: never,
    revokeByGrantId: never,
  };
}
