import type { NodeKind } from '@sextant/sdk';
import type { ClientStore } from '../../storage/client-store.js';
import type { GrantStore } from '../../storage/grant-store.js';

/** For anybody but a site admin none is there. */
export const clientNode = (clients: ClientStore): NodeKind => ({
  kind: 'OAuthClient',
  load: async (id, { actor }) => (actor.siteAdmin ? ((await clients.find(id)) ?? null) : null),
});

export const applicationNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;

/** For the person who let it in, and site admins. */
export const applicationNode = (grants: GrantStore): NodeKind => ({
  kind: 'AuthorizedApplication',
  load: async (text, { actor }) => {
    const number = applicationNumber(text);
    const found = number === undefined ? undefined : await grants.find(number);
    return found && (actor.siteAdmin || actor.userId === found.userId) ? found : null;
  },
});
