/**
 * A directory of instance metadata. A text is a leaf, an array is a leaf with a line an element, a
 * struct is a directory, and `undefined` (or an empty array) is nothing at all: it is neither found
 * nor listed, as instance metadata never answers with an empty body.
 */
export interface MetadataTree {
  readonly [name: string]: MetadataNode;
}

/** What a name in a directory stands for. */
export type MetadataNode = string | readonly string[] | MetadataTree | undefined;

/**
 * The body for a path, given as its decoded names: a leaf's text, or a directory's listing, one name
 * a line, directories with a slash. Undefined when there is no such path.
 */
export function lookUp(tree: MetadataTree, names: readonly string[]): string | undefined {
  let node: MetadataNode = tree;
  for (const name of names) {
    if (!isDirectory(node) || !Object.hasOwn(node, name)) return undefined;
    node = node[name];
  }
  return bodyOf(node);
}

function bodyOf(node: MetadataNode): string | undefined {
  if (node === undefined || typeof node === "string") return node;
  const lines = isDirectory(node) ? listing(node) : node;
  return lines.length === 0 ? undefined : lines.join("\n");
}

function listing(directory: MetadataTree): readonly string[] {
  return Object.entries(directory).flatMap(([name, node]) => {
    if (bodyOf(node) === undefined) return [];
    return [isDirectory(node) ? `${name}/` : name];
  });
}

function isDirectory(node: MetadataNode): node is MetadataTree {
  return typeof node === "object" && !Array.isArray(node);
}
