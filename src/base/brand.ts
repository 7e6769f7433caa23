declare const brand: unique symbol;

/**
 * A value that only its parser makes, so that the compiler tells apart things with the same representation
 * (two kinds of id, an address and a count). At run time it is a plain `T`.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
