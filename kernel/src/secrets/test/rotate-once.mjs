// Rotates the keys of a folder once and says the new id. Uses the built kernel, as it ships.
import { KeyRing } from '../../../dist/secrets/key-ring.js';

process.send(KeyRing.open(process.argv[2]).rotate(), () => process.exit());
