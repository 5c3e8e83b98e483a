import type { Failure, Invocation } from "../../model/index.ts";

const NETWORK = /\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ECONNREFUSED|EADDRNOTAVAIL)\b/;
const READ_ONLY = /\b(EROFS|EACCES|EPERM|Read-only file system)\b/;
const NO_PROGRAM = /\bspawn(?:Sync)? (\S+) ENOENT\b/;
const NO_FILE = /\bENOENT: no such file or directory, \w+ '(?!\/tmp\/)/;

/** Whether an error is one of a network that is not there, or of nobody there who answers. */
export const isNetworkFailure = ({ message, stack }: Failure): boolean =>
  NETWORK.test(`${message}\n${stack ?? ""}`);

/** Adds to an error that the isolation of the container made, that it did, and the way out. */
export const withHints = (failure: Failure, { settings, container }: Invocation): Failure => {
  if (container) return withCommandHints(failure, settings);
  const text = `${failure.message}\n${failure.stack ?? ""}`;
  const { network = "none" } = settings;
  const program = NO_PROGRAM.exec(text)?.[1];
  const hints = [
    ...(network === "none" && NETWORK.test(text)
      ? [
          'This step has no network, which is the default. If it needs one: `settings: { network: "bridge" }`.',
        ]
      : []),
    ...(READ_ONLY.test(text)
      ? [
          "A step may write only to /tmp; its inputs and everything else in its container are read-only. " +
            "Return values as outputs to keep them.",
        ]
      : []),
    ...(program === undefined
      ? []
      : [
          `The step's image has no program "${program}". If it comes in a Debian package: ` +
            '`settings: { docker: { aptPackages: ["…"] } }`.',
        ]),
    ...(NO_FILE.test(text)
      ? [
          "A step's container has none of your project's files. Import data into the module " +
            '(`import text from "./data.csv"`), or pass it to the step as an input.',
        ]
      : []),
  ];
  return hints.length === 0 ? failure : { ...failure, message: [failure.message, ...hints].join("\n") };
};

const NO_NAME =
  /name resolution|Name or service not known|Network is unreachable|could not resolve host|bad address|no such host/i;
const NOT_WRITABLE = /Read-only file system|Permission denied/i;

/** In the words of programs that are not ours. */
const withCommandHints = (failure: Failure, { network = "none" }: Invocation["settings"]): Failure => {
  const hints = [
    ...(network === "none" && NO_NAME.test(failure.message)
      ? [
          'This step has no network, which is the default. If it needs one: `settings: { network: "bridge" }`.',
        ]
      : []),
    ...(failure.kind === "exit_code" && NOT_WRITABLE.test(failure.message)
      ? [
          "A container step runs as you, not as root, and may write only below /tmp and where its outputs are told " +
            "(STEPDOCK_OUTPUT_…_PATH); everything else in its container is read-only.",
        ]
      : []),
  ];
  return hints.length === 0 ? failure : { ...failure, message: [failure.message, ...hints].join("\n") };
};
