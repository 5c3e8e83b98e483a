import { fileURLToPath } from "node:url";
import { PipelineError } from "../compiler/errors.ts";
import type { HostBundle } from "../compiler/host-bundle.ts";
import { mapStack } from "../compiler/map-stack.ts";
import { userStack } from "../util/user-stack.ts";

/** A module of the user's could not be evaluated: says why, at which place of the sources. */
export const loadError = (file: string, error: unknown, bundle: HostBundle): PipelineError =>
  new PipelineError(missingExport(error, bundle) ?? thrown(file, error, bundle), { cause: error });

const thrown = (file: string, error: unknown, bundle: HostBundle): string => {
  const told = userStack(error, (stack) => mapStack(stack, (path) => bundle.mappedFile(path)));
  return `${file} cannot be loaded, since it threw ${told}`;
};

/** Node's linker tells a missing export in terms of the emitted files. */
const MISSING = /^(file:.*):(\d+)\n.*\n( *)\^+\n.*module '(.*)\.mjs' does not provide an export named '(.*)'/;

const missingExport = (error: unknown, bundle: HostBundle): string | undefined => {
  const stack = error instanceof SyntaxError ? (error.stack ?? "") : "";
  const [all, url = "", line, indent = "", from, name] = MISSING.exec(stack) ?? [];
  if (all === undefined) return undefined;
  const place = bundle.mapPosition(fileURLToPath(url), Number(line), indent.length + 1);
  return (
    `The import of "${name}" from "${from}" fails: that module has no export of this name. ` +
    `Correct the name, or export it there${place ? `:\n    at ${place.file}:${place.line}:${place.column}` : "."}`
  );
};
