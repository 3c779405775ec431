import type { Connection, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import type { SmithyConfig } from './smithy-config.js';

export const smithyPage = z.object({
  repositories: z.array(
    z.object({ id: z.number(), name: z.string(), description: z.string().default(''), private: z.boolean(), clone: z.url() }),
  ),
  /** Number of the next page; null on the last. */
  next: z.number().nullable(),
});

/** The server's API with the token of the connection. */
export const smithyClient = (clients: HostClients, { config, requestsPerHour }: Connection<SmithyConfig>): HostClient =>
  clients.client({
    url: new URL('/api', config.url).href,
    title: 'Smithy',
    credential: { secret: config.token },
    limits: { requestsPerHour },
  });
