import type { ClientMetadata } from 'oidc-provider';
import type { NewClient, OAuthClient } from '../storage/client-store.js';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

/** A client as the provider reads it. In place of a secret stands its hash, which `compareClientSecret` knows. */
export function metadataOf(client: OAuthClient, secretHash: string | undefined): ClientMetadata {
  const byCode = client.redirectUris.length > 0;
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.native ? 'native' : 'web',
    redirect_uris: [...client.redirectUris],
    response_types: byCode ? ['code'] : [],
    grant_types: [
      ...(byCode ? ['authorization_code'] : []),
      ...(client.deviceFlow ? [DEVICE] : []),
      ...(byCode || client.deviceFlow ? ['refresh_token'] : []),
      ...(client.serviceAccountId === undefined ? [] : ['client_credentials']),
    ],
    scope: client.scopes.join(' '),
    ...(secretHash === undefined
      ? { token_endpoint_auth_method: 'none' as const }
      : { token_endpoint_auth_method: 'client_secret_basic' as const, client_secret: secretHash }),
  };
}

/** What a program has registered itself with, after {@link checkedRegistration} and the provider have looked at it. */
export function registeredClient(metadata: ClientMetadata): { readonly client: NewClient; readonly secret: string | undefined } {
  const secret = metadata.client_secret;
  return {
    client: {
      name: metadata.client_name ?? metadata.client_id,
      confidential: secret !== undefined,
      redirectUris: metadata.redirect_uris ?? [],
      scopes: metadata.scope?.split(' ') ?? [],
      deviceFlow: metadata.grant_types?.includes(DEVICE) ?? false,
      native: metadata.application_type === 'native',
      serviceAccountId: undefined,
    },
    secret,
  };
}
