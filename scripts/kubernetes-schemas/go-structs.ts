import { invariant } from "../../src/base/index.ts";

/** A Go type; `text` is Go's own, e.g. `[]v1.Container` or, for a named text, `v1.Protocol`. */
export type GoType =
  | { readonly kind: "struct"; readonly text: string; readonly packagePath: string }
  | { readonly kind: "pointer" | "slice" | "map"; readonly text: string; readonly element: GoType }
  | { readonly kind: GoScalar; readonly text: string };

/** The kinds without an inside that API types use; `other` is any that they don't. */
export type GoScalar =
  "bool" | "int32" | "int64" | "byte" | "float64" | "interface" | "string" | "other";

/** A field of a Go struct, as its program's run-time type information tells it. */
export interface GoField {
  readonly name: string;
  readonly type: GoType;
  /** The tag, e.g. `json:"containers" patchStrategy:"merge" protobuf:"bytes,2,rep,name=containers"`. */
  readonly tag: string;
}

/** A named struct: its package (`k8s.io/api/core/v1`), name (`PodSpec`) and exported fields. */
export interface GoStruct {
  readonly packagePath: string;
  readonly name: string;
  readonly fields: readonly GoField[];
}

const KIND = { array: 17, map: 21, pointer: 22, slice: 23, struct: 25 } as const;
const SCALARS: Readonly<Record<number, GoScalar>> = {
  1: "bool",
  5: "int32",
  6: "int64",
  8: "byte",
  14: "float64",
  20: "interface",
  24: "string",
};
const UNCOMMON = 1;
const EXTRA_STAR = 2;
const NAMED = 4;

interface Section {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads the structs out of a statically linked Go program for 64-bit little-endian machines (layout of Go 1.18 and
 * later: internal/abi/type.go). Only what is reachable from the linker's table of types is found.
 */
export function readGoStructs(program: Buffer): readonly GoStruct[] {
  const sections = readSections(program);
  const rodata = sectionNamed(sections, ".rodata");
  const links = sectionNamed(sections, ".typelink");
  const reader = new TypeReader(program, sections, rodata.address);
  for (let at = links.offset; at < links.offset + links.size; at += 4) {
    reader.visit(rodata.address + program.readInt32LE(at));
  }
  return reader.structs;
}

class TypeReader {
  readonly structs: GoStruct[] = [];
  readonly #seen = new Set<number>();
  readonly #program: Buffer;
  readonly #sections: readonly Section[];
  readonly #types: number;

  constructor(program: Buffer, sections: readonly Section[], types: number) {
    this.#program = program;
    this.#sections = sections;
    this.#types = types;
  }

  visit(address: number): void {
    const waiting = [address];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next === 0 || this.#seen.has(next)) continue;
      this.#seen.add(next);
      waiting.push(...this.#reached(next));
    }
  }

  #reached(address: number): readonly number[] {
    switch (this.#kind(address)) {
      case KIND.array:
      case KIND.pointer:
      case KIND.slice:
        return [this.#pointer(address + 48)];
      case KIND.map:
        return [this.#pointer(address + 48), this.#pointer(address + 56)];
      case KIND.struct:
        return this.#struct(address);
      default:
        return [];
    }
  }

  #struct(address: number): readonly number[] {
    const first = this.#pointer(address + 56);
    const count = this.#pointer(address + 64);
    const fields: GoField[] = [];
    const types: number[] = [];
    for (let at = first; at < first + count * 24; at += 24) {
      const type = this.#pointer(at + 8);
      types.push(type);
      fields.push({ ...this.#name(this.#pointer(at)), type: this.#type(type) });
    }
    const packagePath = this.#packagePath(address);
    if (packagePath !== "") {
      const name = this.#typeName(address).replace(/^[^.]*\./, "");
      this.structs.push({ packagePath, name, fields });
    }
    return types;
  }

  #type(address: number): GoType {
    const text = this.#typeName(address);
    const kind = this.#kind(address);
    switch (kind) {
      case KIND.pointer:
        return { kind: "pointer", text, element: this.#type(this.#pointer(address + 48)) };
      case KIND.slice:
        return { kind: "slice", text, element: this.#type(this.#pointer(address + 48)) };
      case KIND.map:
        return { kind: "map", text, element: this.#type(this.#pointer(address + 56)) };
      case KIND.struct:
        return { kind: "struct", text, packagePath: this.#packagePath(address) };
      default:
        return { kind: SCALARS[kind] ?? "other", text };
    }
  }

  /** Of a named struct; empty for others. */
  #packagePath(address: number): string {
    const flags = this.#flags(address);
    if ((flags & NAMED) === 0 || (flags & UNCOMMON) === 0) return "";
    return this.#name(this.#types + this.#int32(address + 80)).name;
  }

  #typeName(address: number): string {
    const { name } = this.#name(this.#types + this.#int32(address + 40));
    return (this.#flags(address) & EXTRA_STAR) === 0 ? name : name.slice(1);
  }

  /** A flag byte, the length as a varint, the text; if flag 2 is set, the same for a tag. */
  #name(address: number): { name: string; tag: string } {
    const start = this.#offset(address);
    const name = this.#text(start + 1);
    const hasTag = ((this.#program[start] ?? 0) & 2) !== 0;
    return { name: name.text, tag: hasTag ? this.#text(name.end).text : "" };
  }

  #text(start: number): { text: string; end: number } {
    let length = 0;
    let at = start;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#program[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return { text: this.#program.toString("utf8", at, at + length), end: at + length };
  }

  #kind(address: number): number {
    return (this.#program[this.#offset(address + 23)] ?? 0) & 0x1f;
  }

  #flags(address: number): number {
    return this.#program[this.#offset(address + 20)] ?? 0;
  }

  #int32(address: number): number {
    return this.#program.readInt32LE(this.#offset(address));
  }

  #pointer(address: number): number {
    return Number(this.#program.readBigUInt64LE(this.#offset(address)));
  }

  #offset(address: number): number {
    const section = this.#sections.find(
      (candidate) =>
        candidate.address !== 0 &&
        address >= candidate.address &&
        address < candidate.address + candidate.size,
    );
    invariant(section !== undefined, `no section holds address ${address.toString(16)}`);
    return section.offset + address - section.address;
  }
}

function sectionNamed(sections: readonly Section[], name: string): Section {
  const section = sections.find((candidate) => candidate.name === name);
  invariant(section !== undefined, `the program has no section ${name}`);
  return section;
}

/** ELF-64 section headers. */
function readSections(program: Buffer): readonly Section[] {
  const table = Number(program.readBigUInt64LE(0x28));
  const entrySize = program.readUInt16LE(0x3a);
  const count = program.readUInt16LE(0x3c);
  const headers = Array.from({ length: count }, (_, index) => table + index * entrySize);
  const namesHeader = headers[program.readUInt16LE(0x3e)] ?? 0;
  const names = Number(program.readBigUInt64LE(namesHeader + 0x18));
  return headers.map((header) => {
    const nameAt = names + program.readUInt32LE(header);
    return {
      name: program.toString("latin1", nameAt, program.indexOf(0, nameAt)),
      address: Number(program.readBigUInt64LE(header + 0x10)),
      offset: Number(program.readBigUInt64LE(header + 0x18)),
      size: Number(program.readBigUInt64LE(header + 0x20)),
    };
  });
}
