import type { StepSettings } from "../model/index.ts";
import { mergeServices } from "./merge-services.ts";
import type { InvocationOptions } from "./options.ts";

/** The later options win; settings merge part by part, environments variable by variable. */
export const mergeInvocationOptions = (
  base: InvocationOptions,
  more: InvocationOptions,
): InvocationOptions => ({
  ...base,
  ...more,
  ...(base.settings || more.settings ? { settings: mergeSettings(base.settings, more.settings) } : {}),
  ...(base.environment || more.environment
    ? { environment: { ...base.environment, ...more.environment } }
    : {}),
});

/** Merges settings from the widest to the narrowest. Lists replace, records merge key by key. */
export const mergeSettings = (...levels: readonly (StepSettings | undefined)[]): StepSettings =>
  levels.reduce<StepSettings>((merged, level) => (level ? mergePair(merged, level) : merged), {});

const mergePair = (base: StepSettings, more: StepSettings): StepSettings => ({
  ...base,
  ...more,
  ...(base.docker || more.docker
    ? {
        docker: {
          ...base.docker,
          ...more.docker,
          ...(base.docker?.environment || more.docker?.environment
            ? { environment: { ...base.docker?.environment, ...more.docker?.environment } }
            : {}),
        },
      }
    : {}),
  ...(base.services || more.services ? { services: mergeServices(base.services, more.services) } : {}),
  ...(base.resources || more.resources ? { resources: { ...base.resources, ...more.resources } } : {}),
});
