import { bakedCache } from "./baked-cache.ts";
import { codeLayer } from "./code-layer.ts";
import { bundleCache, compileCache } from "./command-line.ts";
import { noNetwork } from "./no-network.ts";
import { lookahead, parking, startsAtATime } from "./parking.ts";
import { scheduling } from "./scheduling.ts";
import type { Technique } from "./technique.ts";

/** Each is measured with it and without it. */
export const TECHNIQUES: readonly Technique[] = [
  ...[
    noNetwork,
    parking,
    lookahead,
    startsAtATime,
    scheduling,
    bundleCache,
    compileCache,
    codeLayer,
    bakedCache,
  ],
];
