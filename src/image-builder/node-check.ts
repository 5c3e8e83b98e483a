/** The major version that step containers need. */
export const LOWEST_NODE = 24;

const SAYS = "stepdock: this is Node ";

/** Fails the build where Node is too old. In exec form, so that it needs no shell. */
export const NODE_CHECK = `RUN ${JSON.stringify([
  "node",
  "-e",
  `const v = process.versions.node; if (parseInt(v) < ${LOWEST_NODE}) { console.log("${SAYS}v" + v); process.exit(1); }`,
])}`;

/** Finds the version in what the check prints. */
export const FOUND_NODE = new RegExp(`^${SAYS}(v\\S+)$`, "m");

/** Engines print an instruction each in their own way; the words in it stay. */
export const isNodeCheck = (instruction: string | undefined): boolean => instruction?.includes(SAYS) ?? false;

/** Whether an image made from Node's own recipes, or by us, says that its Node is new enough. */
export const saysRightNode = (env: readonly string[]): boolean =>
  env.some((pair) => Number.parseInt(/^NODE_VERSION=(.*)$/.exec(pair)?.[1] ?? "", 10) >= LOWEST_NODE);
