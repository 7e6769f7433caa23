import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type { Path, PlacedProblem, Position, Problem } from "./problem.ts";

/** A YAML text as a value, with the way back to its lines. */
export interface ParsedYaml {
  readonly value: unknown;
  /** What makes it no YAML at all. */
  readonly problems: readonly PlacedProblem[];
  place(problem: Problem): PlacedProblem;
}

/** Parses YAML 1.2. Never throws. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = document.errors.map(({ message, pos }) => ({
    position: positionAt(pos[0]),
    reason: `This is not YAML: ${message.replace(/\.$/, "")}.`,
    fix: "Check the indentation and the quotes around this place.",
  }));
  // A text with errors has no dependable value; aliases to nowhere would even throw.
  const value = problems.length > 0 ? undefined : valueOf(document);
  if (value === TOO_MANY_ALIASES) {
    problems.push({
      position: { line: 1, column: 1 },
      reason: "Aliases (`*name`) of aliases make this file enormous.",
      fix: "Write out what they stand for.",
    });
  }
  return {
    value,
    problems,
    place: ({ path, at, reason, fix }) => ({
      position: positionAt(offsetOf(document, path, at)),
      reason,
      fix,
    }),
  };
}

const TOO_MANY_ALIASES = Symbol("too many aliases");

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // All that the parser throws for a text without errors: its guard against a "billion laughs".
    if (error instanceof ReferenceError) return TOO_MANY_ALIASES;
    throw error;
  }
}

/** Where a value, or its key, begins. What isn't there is shown where its parent begins. */
function offsetOf(document: Document.Parsed, path: Path, at: Problem["at"]): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    if (at === "key" && length === path.length) {
      const key = keyNode(document, part);
      if (key !== undefined) return key.range?.[0] ?? 0;
    }
    const node = length === 0 ? document.contents : document.getIn(part, true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return 0;
}

function keyNode(document: Document.Parsed, path: Path): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  return isNode(pair?.key) ? pair.key : undefined;
}
