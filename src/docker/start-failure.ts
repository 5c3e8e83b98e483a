/** Why a container could not start, for programs. */
export type StartFailureReason = "not_found" | "not_executable" | "exec_format" | "mount" | "other";

export interface StartFailure {
  readonly reason: StartFailureReason;
  readonly exitCode: 125 | 126 | 127;
  /** What happened and what to do next, in one or two sentences. */
  readonly explanation: string;
}

interface Rule extends Omit<StartFailure, "explanation"> {
  /** Its first group, if any, is what the explanation names. */
  readonly pattern: RegExp;
  readonly explain: (name: string) => string;
}

/** In order: a mount that fails speaks of missing files too. The words are those of dockerd with runc, and of crun. */
const RULES: readonly Rule[] = [
  {
    pattern: /bind source path does not exist: (.*)/,
    reason: "mount",
    exitCode: 125,
    explain: (path) =>
      `the engine's host has no ${path} to mount. Create it; where the engine is remote, there.`,
  },
  {
    pattern: /error mounting "([^"]*)"|invalid mount config|mount path must be/,
    reason: "mount",
    exitCode: 125,
    explain: (path) =>
      `${path || "a path"} cannot be mounted there. See that source and target are of one kind.`,
  },
  {
    pattern: /network (\S+) not found/,
    reason: "other",
    exitCode: 125,
    explain: (name) =>
      `the engine has no network ${name}. Create it (docker network create ${name}), or name another.`,
  },
  {
    pattern: /exec:? "?([^":]*)"?: exec format error/i,
    reason: "exec_format",
    exitCode: 126,
    explain: (file) => `${file} is made for another processor, or is a script without a #! line.`,
  },
  {
    pattern: /exec: "([^"]*)": .*permission denied|open executable: permission denied/i,
    reason: "not_executable",
    exitCode: 126,
    explain: (file) =>
      `${file || "the command"} is not executable for the container's user. Give it mode 755.`,
  },
  {
    pattern: /exec: "([^"]*)": .*(?:not found|no such file)|executable file .?([^`'"\s]+).? not found/i,
    reason: "not_found",
    exitCode: 127,
    explain: (file) =>
      `the image has no "${file}" to run. Install it in the image, or set another entrypoint.`,
  },
];

/** Reads the engine's words on a start that failed. Never throws: what is not known is `other`, exit code 125. */
export const startFailureOf = (words: string): StartFailure => {
  for (const { pattern, reason, exitCode, explain } of RULES) {
    const match = pattern.exec(words);
    if (match) return { reason, exitCode, explanation: explain(match[1] ?? match[2] ?? "") };
  }
  return { reason: "other", exitCode: 125, explanation: "the engine refused it." };
};
