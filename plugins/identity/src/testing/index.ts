export { Administration, answers, codeOf, type GraphQLApi } from './administration.js';
export { type BrowserAnswer, type Fill, type PageForm, ProviderBrowser } from './provider-browser.js';
export { SignInAttempt } from './sign-in-attempt.js';
export { type SignInScene, signInProviderContract } from './sign-in-provider-contract.js';
export { type Arrival, SigningSite } from './signing-site.js';
export { unauditedThenAudited } from './unaudited.js';
