/** Where the provider is, below the path prefix. The names are the field's. */
const OAUTH = '/.auth/idp/oauth';

export const PATHS = {
  root: OAUTH,
  discovery: '/.well-known/openid-configuration',
  serverMetadata: '/.well-known/oauth-authorization-server',
  authorization: `${OAUTH}/authorize`,
  resume: `${OAUTH}/authorize/:uid`,
  token: `${OAUTH}/token`,
  deviceAuthorization: `${OAUTH}/device/code`,
  device: `${OAUTH}/device`,
  deviceResume: `${OAUTH}/device/:uid`,
  registration: `${OAUTH}/register`,
  revocation: `${OAUTH}/revoke`,
  introspection: `${OAUTH}/introspect`,
  userinfo: `${OAUTH}/userinfo`,
  jwks: `${OAUTH}/jwks`,
  endSession: `${OAUTH}/end-session`,
  endSessionConfirm: `${OAUTH}/end-session/confirm`,
  endSessionSuccess: `${OAUTH}/end-session/success`,
  applications: `${OAUTH}/applications`,
  interaction: `${OAUTH}/interaction/:uid`,
} as const;

/** The part of `interaction` before the id. */
export const INTERACTION = `${OAUTH}/interaction/`;
