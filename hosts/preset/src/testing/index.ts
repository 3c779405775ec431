export { launchedApart } from './launched-apart.js';
