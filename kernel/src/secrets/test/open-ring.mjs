// Opens the key ring of a folder and says the id of its primary key. Uses the built kernel, as it ships.
import { KeyRing } from '../../../dist/secrets/key-ring.js';

process.send(KeyRing.open(process.argv[2]).primary.id, () => process.exit());
