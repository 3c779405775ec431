import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps, identityOf } from '../../wiring.js';
import { auditCommands } from './audit-commands.js';
import { tokenCommands } from './token-commands.js';
import { userCommands } from './user-commands.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    for (const command of [...tokenCommands, ...userCommands, ...auditCommands]) r.command(command);
    // What a command has written stands in the inbox by now; this spares the next reader the work.
    r.stop((d, ctx) => identityOf(d, ctx).audit.close());
  },
});
