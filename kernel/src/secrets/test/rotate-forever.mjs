// Rotates the keys of a folder until it is killed. Uses the built kernel, as it ships.
import { KeyRing } from '../../../dist/secrets/key-ring.js';

const ring = KeyRing.open(process.argv[2]);
for (let rotations = 1; ; rotations++) {
  ring.promote(ring.add());
  process.send(rotations);
  await new Promise((resolve) => setImmediate(resolve));
}
