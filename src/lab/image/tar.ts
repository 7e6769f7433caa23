/** A member of a tar archive. */
export type TarEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string };

const BLOCK_BYTES = 512;
const TYPE_FLAGS = { file: "0", symlink: "2", directory: "5" } as const;

/**
 * A POSIX ustar archive (IEEE Std 1003.1, "pax", ustar interchange format). Everything belongs to root and
 * is dated 1970, so the same members always give the same bytes. Paths are at most 100 bytes.
 */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), padded(content(entry))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function content(entry: TarEntry): Uint8Array {
  return entry.kind === "file" ? entry.data : new Uint8Array();
}

function padded(data: Uint8Array): Buffer {
  const block = Buffer.alloc(Math.ceil(data.length / BLOCK_BYTES) * BLOCK_BYTES);
  block.set(data);
  return block;
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  if (Buffer.byteLength(entry.path) > 100) {
    throw new RangeError(`a ustar name has at most 100 bytes: ${entry.path}`);
  }
  block.write(entry.path, 0);
  writeOctal(block, { value: entry.kind === "symlink" ? 0o777 : entry.mode, at: 100, digits: 7 });
  writeOctal(block, { value: 0, at: 108, digits: 7 });
  writeOctal(block, { value: 0, at: 116, digits: 7 });
  writeOctal(block, { value: content(entry).length, at: 124, digits: 11 });
  writeOctal(block, { value: 0, at: 136, digits: 11 });
  block.write(TYPE_FLAGS[entry.kind], 156);
  if (entry.kind === "symlink") block.write(entry.target, 157);
  block.write("ustar\u000000", 257);
  // The sum is taken with the checksum field itself full of spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

interface OctalField {
  readonly value: number;
  readonly at: number;
  readonly digits: number;
}

function writeOctal(block: Buffer, { value, at, digits }: OctalField): void {
  block.write(`${value.toString(8).padStart(digits, "0")}\0`, at);
}
