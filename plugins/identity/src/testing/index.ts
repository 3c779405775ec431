export { Administration, answers, codeOf, type GraphQLApi } from './administration.js';
