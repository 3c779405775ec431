import type { Connection, HostClients, HostPermissions } from '@sextant/plugin-code-host/api';
import { type Secret, SextantError } from '@sextant/sdk';
import { API_VERSION, azureClient, azureList, azureRepository, nextToken } from './azure-devops-api.js';
import { type AzureDevopsConfig, orgsOf } from './azure-devops-config.js';

/** What an account may read the host tells to the account alone. */
export const azureDevopsPermissions = (clients: HostClients): HostPermissions<Connection<AzureDevopsConfig>> => ({
  enforced: ({ config }) => (config.enforcePermissions ? { by: 'sign-in' } : undefined),

  // The host has lists of what is allowed and denied to groups at several levels, and no answer of who may read in the end. What would be worked out of
  // them could be too much.
  // biome-ignore lint/correctness/useYield: it has nothing to give
  async *usersOf() {
    throw new SextantError('SEXTANT_CODE_HOST_AZURE_DEVOPS_READERS', {
      what: 'Who may read a repository is not known.',
      why: 'Azure DevOps does not tell it.',
      fix: 'Let users sign in by Azure DevOps: it tells each of them what they may read.',
    });
  },

  async *repositoriesOf(connection, { credential }, { signal }) {
    const client = azureClient(clients, connection, requireSignIn(credential));
    for (const org of orgsOf(connection.config)) {
      const path = `${encodeURIComponent(org)}/_apis/git/repositories`;
      for await (const { value } of client.pages(path, azureList(azureRepository), { signal, query: API_VERSION, next: nextToken }))
        yield* value.map(({ id }) => id);
    }
  },
});

function requireSignIn(credential: Secret | undefined): Secret {
  if (credential) return credential;
  throw new SextantError('SEXTANT_CODE_HOST_AZURE_DEVOPS_CREDENTIAL', {
    what: 'What an account may read is not known.',
    why: 'Azure DevOps tells it to the account alone, which has not signed in there.',
    fix: 'Let users sign in by Azure DevOps.',
  });
}
