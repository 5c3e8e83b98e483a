import type * as Http from "node:http";
import type * as Https from "node:https";

/** Node's own modules, not imported: an `import` reads all names that they have, and `node:http` then loads a whole web client behind some of them, which took 30 ms. */
export const http = (): typeof Http => process.getBuiltinModule("node:http");
export const https = (): typeof Https => process.getBuiltinModule("node:https");
