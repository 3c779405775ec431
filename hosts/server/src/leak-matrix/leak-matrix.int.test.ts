import { describeLeakMatrix } from './describe-leak-matrix.js';
import { EVERYBODY } from './world/questions.js';

// On the server that the run was given: in CI that of the system, else the embedded one.
describeLeakMatrix('database of the run', { server: undefined, askers: EVERYBODY });
