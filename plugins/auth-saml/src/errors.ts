import { declareErrors, SextantError } from '@sextant/sdk';

export const samlErrors = declareErrors({
  SEXTANT_SAML_PROVIDER: {
    status: 502,
    summary: 'The metadata of a SAML identity provider cannot be had, or cannot be used.',
    fix: 'Check "identityProviderMetadata" or "identityProviderMetadataURL" of the entry in auth.providers.',
  },
  SEXTANT_SAML_ANSWER: {
    status: 403,
    summary: 'What came back from a SAML identity provider does not prove who signed in.',
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the application at the provider.',
  },
});

export const noProvider = (why: string): SextantError =>
  new SextantError('SEXTANT_SAML_PROVIDER', {
    what: 'The SAML identity provider cannot be used.',
    why,
    fix: 'Check "identityProviderMetadata" or "identityProviderMetadataURL" of the entry in auth.providers.',
  });

/** @param why what did not hold; of the answer nothing but names that we know */
export const unproven = (why: string): SextantError =>
  new SextantError('SEXTANT_SAML_ANSWER', {
    what: 'What came back from the SAML identity provider does not prove who signed in.',
    why,
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the application at the provider.',
  });
