// A token is rotated long before it expires; client-go reads its file again once a minute too.
const FRESH_MS = 60_000;

/** Reads a token that is rotated: at most once a minute, unless told to renew. */
export function tokenFileReader(read: () => Promise<string>): (renew: boolean) => Promise<string> {
  let cached: { readonly token: string; readonly readMs: number } | undefined;
  return async (renew) => {
    if (cached === undefined || renew || performance.now() - cached.readMs > FRESH_MS)
      cached = { token: (await read()).trim(), readMs: performance.now() };
    return cached.token;
  };
}
