import type { PluginRows } from '../row.js';

/** How people come in. */
export const signInRows = (): PluginRows => ({
  plugin: 'sign-in',
  rows: [],
  reasons: [
    {
      surfaces: [
        'HTTP * /.auth/*',
        'HTTP * /-/sign-*',
        'HTTP * /sign-*',
        'HTTP * /-/site-init',
        'HTTP * /-/reset-password-*',
        'HTTP * /-/verify-email',
        'HTTP * /-/unlock-account',
        'HTTP * /-/account*',
        'HTTP * /-/confirm*',
        'HTTP * /request-access',
        'HTTP * /-/request-access',
        'HTTP * /organizations/invitation/*',
      ],
      because: 'Pages and forms about how people sign in.',
    },
    {
      surfaces: [
        'Mutation.invalidateSessions*',
        'Mutation.endSession*',
        'Mutation.*Password*',
        'Mutation.*Email*',
        'Mutation.deleteExternalAccount*',
        'User.session',
        'Session.*',
        'User.sessions',
        'User.externalAccounts*',
        'User.builtinAuth',
        'Mutation.resetSecondFactor*',
        'User.secondFactors',
        'SecondFactors.*',
        'Passkey.*',
        'UserSession.*',
        'ExternalAccount*.*',
        'AuthProvider*.*',
        'RandomizeUserPasswordResult.*',
        'Site.authProviders',
        'Site.sendsEmailVerificationEmails',
      ],
      because: 'How people sign in: for the person and site admins.',
    },
    { surfaces: ['command setup-link'], because: 'Writes a token into the database, for who holds its password.' },
  ],
});
