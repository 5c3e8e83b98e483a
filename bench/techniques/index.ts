import { bakedCache } from "./baked-cache.ts";
import { cachedSteps } from "./cached-steps.ts";
import { codeLayer } from "./code-layer.ts";
import { bundleCache, compileCache, lazyImports } from "./command-line.ts";
import { demultiplexer } from "./demultiplexer.ts";
import { noNetwork } from "./no-network.ts";
import { lookahead, parking, startsAtATime } from "./parking.ts";
import { resultFrame } from "./result-frame.ts";
import { scheduling } from "./scheduling.ts";
import type { Technique } from "./technique.ts";
import { youngGeneration } from "./young-generation.ts";

/** Each is measured with it and without it. */
export const TECHNIQUES: readonly Technique[] = [
  ...[noNetwork, parking, lookahead, startsAtATime, resultFrame, scheduling],
  ...[bundleCache, compileCache, lazyImports, cachedSteps, codeLayer, bakedCache],
  ...[demultiplexer, youngGeneration],
];
