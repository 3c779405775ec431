// Rotates the keys of a folder once and says the new id. Uses the built kernel, as it ships.
import { KeyRing } from '../../../dist/secrets/key-ring.js';

const ring = KeyRing.open(process.argv[2]);
const id = ring.add();
ring.promote(id);
process.send(id, () => process.exit());
