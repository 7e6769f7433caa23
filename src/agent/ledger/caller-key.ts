import { AsyncLocalStorage } from "node:async_hooks";

const keys = new AsyncLocalStorage<string>();

/** Runs an agent that shares its EC2 client with others; every request that it leads to is signed with its own key. */
export function callingWith<T>(accessKey: string, work: () => T): T {
  return keys.run(accessKey, work);
}

/** The header of a request signed with the shared key, as if its agent's own had signed it. Signatures are not verified. */
export function withCallerKey(headers: Record<string, string>): Record<string, string> {
  const key = keys.getStore();
  const { authorization } = headers;
  if (key === undefined || authorization === undefined) return headers;
  return {
    ...headers,
    authorization: authorization.replace(/Credential=[^/]+/, `Credential=${key}`),
  };
}
