import { expect, test } from "vitest";
import { startFailureOf } from "../../../src/docker/start-failure.ts";

const RUNC =
  "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";

test.each([
  ["not_found", 127, `${RUNC}exec: "node": executable file not found in $PATH: unknown`, '"node"'],
  ["not_found", 127, `${RUNC}exec: "/bin/x": stat /bin/x: no such file or directory: unknown`, '"/bin/x"'],
  ["not_found", 127, "crun: executable file `node` not found in $PATH: No such file or directory", '"node"'],
  ["not_executable", 126, `${RUNC}exec: "/run.sh": permission denied: unknown`, "/run.sh"],
  ["not_executable", 126, "crun: open executable: Permission denied: OCI permission denied", "the command"],
  ["exec_format", 126, `${RUNC}exec /arm: exec format error: unknown`, "/arm"],
  ["exec_format", 126, `${RUNC}exec: "/arm": exec format error: unknown`, "/arm"],
  [
    "mount",
    125,
    'invalid mount config for type "bind": bind source path does not exist: /nope/x',
    "no /nope/x to mount",
  ],
  [
    "mount",
    125,
    `${RUNC}error during container init: error mounting "/src" to rootfs at "/bin/sh": mount /src:/bin/sh, flags: 0x5001: not a directory: unknown`,
    "/src cannot be mounted",
  ],
  ["other", 125, "unable to find user nobody: no matching entries in passwd file", "refused"],
] as const)("%s (%i): %s", (reason, exitCode, words, named) => {
  const failure = startFailureOf(words);
  expect(failure).toMatchObject({ reason, exitCode });
  expect(failure.explanation).toContain(named);
});
