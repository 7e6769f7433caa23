const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines. Bytes and not text: a character may be cut in two by a chunk's end, and a line
 * that spans many chunks is put together only once.
 */
export function newLineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let begun: Buffer[] = [];

  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      from = end + 1;
      if (line.length > 0) onLine(line.toString("utf8"));
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  };
}
