export { Administration, answers, codeOf, type GraphQLApi } from './administration.js';
export { type BrowserAnswer, type Fill, type PageForm, ProviderBrowser } from './provider-browser.js';
export { sessionApi } from './session-api.js';
export { SignInAttempt } from './sign-in-attempt.js';
export { type SignInScene, signInProviderContract } from './sign-in-provider-contract.js';
export { type Arrival, SigningSite } from './signing-site.js';
export { smallPlugin } from './small-plugin.js';
export { testSession, testSessionPlugin } from './test-session.js';
export { unauditedThenAudited } from './unaudited.js';
