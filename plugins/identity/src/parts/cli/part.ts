import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { tokenCommands } from './token-commands.js';
import { userCommands } from './user-commands.js';
import { deps } from './wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    for (const command of [...tokenCommands, ...userCommands]) r.command(command);
  },
});
