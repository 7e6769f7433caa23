/**
 * Replaces `$(NAME)` by its value, as Kubernetes does in env values, commands and arguments: `$$` is one `$`, and a name
 * that is not known stays as it is written.
 */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (values.get(name) ?? whole),
  );
}
