import { declareErrors } from '@sextant/sdk';

export const openidConnectErrors = declareErrors({
  SEXTANT_OPENID_CONNECT_PROVIDER: {
    status: 502,
    summary: 'An OpenID Connect provider cannot be reached, or does not answer as one.',
    fix: 'Check "issuer" of the entry in auth.providers, and that this server reaches it.',
  },
  SEXTANT_OPENID_CONNECT_ANSWER: {
    status: 403,
    summary: 'What came back from an OpenID Connect provider does not prove who signed in.',
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the client at the provider.',
  },
});
