/** Nothing yet that others use: providers are contributed to `identity.providers@1`, and sessions are actors. */
export {};
