import { describe, expect, it } from 'vitest';
import manifest from './manifest.js';

describe('the configuration of identity', () => {
  it('has the defaults of the field', () => {
    expect(manifest.config?.parse({})).toMatchObject({
      accessTokens: {
        allow: 'all-users-create',
        allowNoExpiration: false,
        maxTokensPerUser: 25,
        expirationOptionDays: [7, 14, 30, 60, 90],
        defaultExpirationDays: 90,
      },
    });
  });
});
