/**
 * Code signatures of macOS executables (Mach-O, 64 bit; Apple's cs_blobs.h and loader.h). The bundler
 * signs those for arm64 anew, and leaves the runtime's own signature on those for x64, which fits no
 * more: macOS would end such a program as it starts. Unsigned ones run on x64.
 */
import { createHash } from "node:crypto";

const signatureCommand = 0x1d;
const segmentCommand = 0x19;
const headerBytes = 32;
const codeDirectory = 0xfade0c02;

/** What there is of a signature. */
export type Signature = "none" | "whole" | "broken";

interface Command {
  readonly kind: number;
  readonly at: number;
  readonly bytes: number;
}

/** Whether every page of an executable has the hash that its signature has for it. */
export function signatureOf(file: Buffer): Signature {
  const command = commandsOf(file).find(({ kind }) => kind === signatureCommand);
  if (command === undefined) return "none";
  const start = file.readUInt32LE(command.at + 8);
  const directory = findDirectory(file, start);
  if (directory === null) return "broken";
  const field = (index: number) => file.readUInt32BE(directory + index * 4);
  const [hashes, pages, limit] = [directory + field(4), field(7), field(8)];
  const hashBytes = file.readUInt8(directory + 36);
  const pageBytes = 2 ** file.readUInt8(directory + 39);
  for (let page = 0; page < pages; page++) {
    const content = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, limit));
    const wanted = file.subarray(hashes + page * hashBytes, hashes + (page + 1) * hashBytes);
    if (!createHash("sha256").update(content).digest().equals(wanted)) return "broken";
  }
  return pages > 0 && limit === start ? "whole" : "broken";
}

/** The same executable without a signature; throws if it does not stand at the end, as it should. */
export function withoutSignature(file: Buffer): Buffer {
  const commands = commandsOf(file);
  const last = commands.at(-1);
  const linkEdit = commands.find(
    ({ kind, at }) => kind === segmentCommand && nameAt(file, at + 8) === "__LINKEDIT",
  );
  if (last?.kind !== signatureCommand || linkEdit === undefined) {
    throw new Error("The signature is not the last command of this executable");
  }
  const [start, bytes] = [file.readUInt32LE(last.at + 8), file.readUInt32LE(last.at + 12)];
  if (start + bytes !== file.length) throw new Error("The signature is not the end of this file");
  const bare = Buffer.from(file.subarray(0, start));
  bare.writeUInt32LE(bare.readUInt32LE(16) - 1, 16);
  bare.writeUInt32LE(bare.readUInt32LE(20) - last.bytes, 20);
  bare.fill(0, last.at, last.at + last.bytes);
  const fileBytes = BigInt(start) - bare.readBigUInt64LE(linkEdit.at + 40);
  bare.writeBigUInt64LE(fileBytes, linkEdit.at + 48);
  return bare;
}

function commandsOf(file: Buffer): Command[] {
  if (file.readUInt32LE(0) !== 0xfeedfacf) throw new Error("This is no 64-bit Mach-O executable");
  const commands: Command[] = [];
  for (let at = headerBytes; commands.length < file.readUInt32LE(16); ) {
    const bytes = file.readUInt32LE(at + 4);
    commands.push({ kind: file.readUInt32LE(at), at, bytes });
    at += bytes;
  }
  return commands;
}

/** Where the signature's list of page hashes stands. */
function findDirectory(file: Buffer, start: number): number | null {
  const count = file.readUInt32BE(start + 8);
  for (let index = 0; index < count; index++) {
    const at = start + file.readUInt32BE(start + 16 + index * 8);
    if (file.readUInt32BE(at) === codeDirectory) return at;
  }
  return null;
}

function nameAt(file: Buffer, at: number): string {
  return file.toString("latin1", at, at + 16).replace(/\0+$/, "");
}
