import protobuf from "protobufjs/minimal.js";

/** Bytes that are no protobuf message. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** One field of a message as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** Of a varint (wire type 0) or a fixed number (1 and 5); a fixed one is read as floating point. */
  readonly value?: number;
  /** Of a length-delimited field (wire type 2). */
  readonly bytes?: Uint8Array;
}

/** The fields of a message, in the order in which they stand there. */
export function readFields(message: Uint8Array): readonly WireField[] {
  const reader = protobuf.Reader.create(message);
  const fields: WireField[] = [];
  try {
    while (reader.pos < reader.len) fields.push(readField(reader));
  } catch (error) {
    throw error instanceof WireError
      ? error
      : new WireError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  return fields;
}

/** The numbers of a packed list. */
export function readPacked(bytes: Uint8Array): readonly number[] {
  const reader = protobuf.Reader.create(bytes);
  const numbers: number[] = [];
  while (reader.pos < reader.len) numbers.push(Number(reader.int64()));
  return numbers;
}

function readField(reader: protobuf.Reader): WireField {
  const tag = reader.uint32();
  const number = tag >>> 3;
  switch (tag & 7) {
    case 0:
      return { number, value: Number(reader.int64()) };
    case 1:
      return { number, value: reader.double() };
    case 2:
      return { number, bytes: reader.bytes() };
    case 5:
      return { number, value: reader.float() };
    default:
      throw new WireError(`illegal wireType ${tag & 7}`);
  }
}
