import { readFile } from "node:fs/promises";
import { StepdockError } from "../src/errors/error.ts";
import type { Assignment } from "../src/model/assignment.ts";
import { faultOfAssignment } from "../src/model/check-assignment.ts";

/** What was read is no assignment. */
export class AssignmentError extends StepdockError {
  readonly code = "assignment_invalid";
}

/** Reads and checks the assignment; undefined where stdin ends before a line: nobody needs this container. */
export const readAssignment = async (from: string): Promise<Assignment | undefined> => {
  const text = from === "-" ? await firstLine() : await readText(from);
  return text === undefined ? undefined : parseAssignment(text, from === "-" ? "stdin" : from);
};

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AssignmentError(`The assignment cannot be read from ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

const NEWLINE = 0x0a;

const firstLine = async (): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(NEWLINE);
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1) return Buffer.concat(chunks).toString("utf8");
  }
  return undefined;
};

const parseAssignment = (text: string, from: string): Assignment => {
  const value = parseJson(text, from);
  const fault = faultOfAssignment(value);
  if (!fault) return value as Assignment;
  throw new AssignmentError(
    `The assignment from ${from} is not valid at ${fault.path || "its root"}: ${fault.expected} is expected. ` +
      "Host and container may be of different versions of stepdock.",
  );
};

const parseJson = (text: string, from: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssignmentError(`The assignment from ${from} is no JSON, or was cut off.`, { cause: error });
  }
};
