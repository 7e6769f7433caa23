import { toEc2Error } from "./ec2-error.ts";

/** Sends one request; what it throws is an `Ec2Error`. */
export async function call<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toEc2Error(operation, error);
  }
}

/** All pages of a list. */
export async function pages<T>(
  read: (next: { NextToken?: string }) => Promise<{
    readonly items: readonly T[];
    readonly next: string | undefined;
  }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await read(token === undefined ? {} : { NextToken: token });
    all.push(...items);
    token = next === "" ? undefined : next;
  } while (token !== undefined);
  return all;
}
