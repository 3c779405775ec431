export { Administration, answers, codeOf, type GraphQLApi } from './administration.js';
export { canBeAnotherAccount, NOBODY, type OtherAnswer, type OtherRequest, requestsAs } from './other-account.js';
export { type BrowserAnswer, type Fill, type PageForm, ProviderBrowser } from './provider-browser.js';
export { SignInAttempt } from './sign-in-attempt.js';
export { type SignInScene, signInProviderContract } from './sign-in-provider-contract.js';
export { type Arrival, SigningSite } from './signing-site.js';
export { smallPlugin } from './small-plugin.js';
export { unauditedThenAudited } from './unaudited.js';
