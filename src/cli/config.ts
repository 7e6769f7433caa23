/** The environment that `berth` was started with. Each room's own `config.ts` says which variables it reads. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
