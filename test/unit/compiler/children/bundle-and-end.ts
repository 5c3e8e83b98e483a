import { BundlerChild } from "../../../../src/compiler/bundler-child.ts";

/** Has something bundled, says which process is at it, and ends at once without a word to it. */
const [directory = "", module = ""] = process.argv.slice(2);
const bundler = new BundlerChild({ bundles: `${directory}/bundles`, compiled: `${directory}/compiled` });
bundler.step({ module, exportName: "train", projectRoot: directory }).catch(() => {});
process.stdout.write(String(bundler.pid), () => process.kill(process.pid, "SIGKILL"));
