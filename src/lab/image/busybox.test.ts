import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { agentRoot } from "./agent-root.ts";
import { hasInterpreter, readBusybox } from "./busybox.ts";
import { ECHO_IMAGE, labImages, PAUSE_IMAGE } from "./lab-images.ts";

/** The head of an ELF program with one program header of that type. */
function elf(headerType: number): Buffer {
  const program = Buffer.alloc(128);
  program.writeBigUInt64LE(64n, 32);
  program.writeUInt16LE(56, 54);
  program.writeUInt16LE(1, 56);
  program.writeUInt32LE(headerType, 64);
  return program;
}

test.each([
  { name: "a program that is loaded by another", program: elf(3), want: true },
  { name: "a program that stands alone", program: elf(1), want: false },
  { name: "no program", program: Buffer.from("#!/bin/sh"), want: false },
])("$name", ({ program, want }) => {
  expect(hasInterpreter(program)).toBe(want);
});

test("no busybox: the error says which package to install", () => {
  const fix = "Install the Debian package busybox-static: `apt-get install busybox-static`.";
  expect(() => readBusybox(["/no/such/busybox"])).toThrow(
    expect.objectContaining({ code: "noBusybox", fix }),
  );
});

test.skipIf(process.platform !== "linux")("a busybox with shared libraries is refused", () => {
  expect(() => readBusybox([process.execPath])).toThrow(/needs shared libraries/);
});

test.skipIf(!existsSync("/bin/busybox"))("the lab's images are the same each time", () => {
  const busybox = readBusybox();
  expect(busybox.applets).toContain("httpd");
  const archive = labImages(busybox, agentRoot());
  expect(archive.equals(labImages(busybox, agentRoot()))).toBe(true);
  expect(archive.includes(PAUSE_IMAGE) && archive.includes(ECHO_IMAGE)).toBe(true);
});
