import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps } from '../../wiring.js';
import { tokenCommands } from './token-commands.js';
import { userCommands } from './user-commands.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    for (const command of [...tokenCommands, ...userCommands]) r.command(command);
  },
});
