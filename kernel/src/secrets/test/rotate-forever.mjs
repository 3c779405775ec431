// Rotates the keys of a folder until it is killed. Uses the built kernel, as it ships.
import { KeyRing } from '../../../dist/secrets/key-ring.js';

const ring = KeyRing.open(process.argv[2]);
ring.rotate();
process.send('rotating');
for (;;) {
  ring.rotate();
  await new Promise((resolve) => setImmediate(resolve));
}
