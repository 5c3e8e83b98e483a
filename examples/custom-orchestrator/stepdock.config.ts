import { defineConfig } from "stepdock/config";
import { detachedFlavor } from "./detached.ts";

export default defineConfig({
  flavors: [detachedFlavor],
  components: {
    orchestrator: {
      detached: { flavor: "detached", config: { runOptions: ["--memory=2g"] } },
    },
  },
  stacks: { detached: { orchestrator: "detached" } },
});
