export { type ClientFailure, clientFailure } from './client-failure.js';
export { clientFetch } from './client-fetch.js';
