import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";

/** What a TypeScript model of an API type tells: its description, and of each field whether it is required. */
export interface TypeModel {
  readonly description: string;
  readonly fields: ReadonlyMap<string, FieldModel>;
}

/** A field of a model. */
export interface FieldModel {
  readonly required: boolean;
  readonly description: string;
}

/** Which type: `{ group: "core", version: "v1", name: "PodSpec" }`. */
export interface TypeName {
  readonly group: string;
  readonly version: string;
  readonly name: string;
}

const PACKAGES = new URL("../../node_modules/", import.meta.url);

/** The model of the JavaScript client; undefined when it has none. It lacks the descriptions of fields with a model. */
export function readClientModel(of: TypeName): TypeModel | undefined {
  const version = capital(of.version);
  const names = [`${capital(of.group)}${version}${of.name}`, `${version}${of.name}`];
  const urls = names.map(
    (name) => new URL(`@kubernetes/client-node/dist/gen/models/${name}.d.ts`, PACKAGES),
  );
  const url = urls.find((candidate) => existsSync(candidate));
  if (url === undefined) return undefined;
  let model: TypeModel | undefined;
  sourceOf(url).forEachChild((node) => {
    if (ts.isClassDeclaration(node)) model = modelOf(node);
  });
  return model;
}

const parsed = new Map<string, ReadonlyMap<string, TypeModel>>();

/** The model of the package kubernetes-types: older, but every field has its description. */
export function readTypesModel(of: TypeName): TypeModel | undefined {
  const path = `kubernetes-types/${of.group}/${of.version}.d.ts`;
  let models = parsed.get(path);
  if (models === undefined) {
    models = readTypesFile(new URL(path, PACKAGES));
    parsed.set(path, models);
  }
  return models.get(of.name);
}

function readTypesFile(url: URL): ReadonlyMap<string, TypeModel> {
  const models = new Map<string, TypeModel>();
  if (!existsSync(url)) return models;
  sourceOf(url).forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) models.set(node.name.text, modelOf(node));
  });
  return models;
}

function modelOf(node: ts.ClassDeclaration | ts.InterfaceDeclaration): TypeModel {
  const fields = new Map<string, FieldModel>();
  for (const member of node.members) {
    const isField = ts.isPropertyDeclaration(member) || ts.isPropertySignature(member);
    if (!isField || isStatic(member)) {
      continue;
    }
    const name = ts.isIdentifier(member.name) || ts.isStringLiteral(member.name);
    if (!name) continue;
    fields.set(member.name.text.replace(/^_/, ""), {
      required: member.questionToken === undefined,
      description: docOf(member),
    });
  }
  return { description: docOf(node), fields };
}

function isStatic(member: ts.PropertyDeclaration | ts.PropertySignature): boolean {
  const words = member.modifiers ?? [];
  return words.some((word) => word.kind === ts.SyntaxKind.StaticKeyword);
}

function sourceOf(url: URL): ts.SourceFile {
  const text = readFileSync(url, "utf8");
  return ts.createSourceFile(url.pathname, text, ts.ScriptTarget.Latest, true);
}

function docOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? "").join(" ");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
