export { Administration, codeOf, type GraphQLApi } from './administration.js';
