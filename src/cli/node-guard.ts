/** The oldest Node that stepdock runs on, as in `engines` of package.json. */
const OLDEST = 24;

/** What is wrong with this Node, and the way out; undefined if nothing is. Runs on any Node there is. */
export const nodeProblem = (version: string, path: string): string | undefined =>
  Number.parseInt(version, 10) >= OLDEST
    ? undefined
    : `stepdock needs Node ${OLDEST} or later, and this is Node ${version} (${path}). ` +
      `Inside the project, \`npx stepdock\` and \`npm run\` use the right one ` +
      `if the package "node" is a devDependency: npm install --save-dev node@${OLDEST}`;
