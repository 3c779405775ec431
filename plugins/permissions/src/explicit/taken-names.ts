import type { AccountPolicy } from '@sextant/plugin-identity/api';
import type { ConfigurationWarnings } from '@sextant/plugin-site/api';
import type { Contribution } from '@sextant/sdk';
import { bindModeOf, siteSettingsOf } from '../site-settings.js';

/** Warns where somebody new can take a name that permissions were set for, and so what waits for whoever has it. */
export const takenNames = (policies: readonly Contribution<AccountPolicy>[]): ConfigurationWarnings => ({
  async about(effective) {
    if (bindModeOf(siteSettingsOf(effective)) !== 'username') return [];
    const ways = (await Promise.all(policies.map(({ value }) => value.waysToChooseNames()))).flat();
    if (ways.length === 0) return [];
    return [
      {
        key: 'permissions.userMapping',
        what: 'Permissions through the API name people by their user names, which people choose themselves.',
        why: `As it stands, ${ways.join('; ')}: whoever takes a name first is given what was set for it.`,
        fix: 'Set "bindID": "email", which holds for proved addresses alone, or close these ways.',
      },
    ];
  },
});
