import { Secret } from '@sextant/sdk';

/** What a registry is sent: a token by itself, or a user and a password. */
export const authorization = (username: string | undefined, credentials: Secret): Secret =>
  new Secret(
    username === undefined || username === ''
      ? `Bearer ${credentials.reveal()}`
      : `Basic ${Buffer.from(`${username}:${credentials.reveal()}`).toString('base64')}`,
  );
