import type { StepSettings } from "../model/index.ts";

type Services = NonNullable<StepSettings["services"]>;

/** By name, then key by key; environments variable by variable. */
export const mergeServices = (base: Services = {}, more: Services = {}): Services => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(more).map(([name, service]) => [name, mergeService(base[name], service)]),
  ),
});

const mergeService = (base: Services[string] | undefined, more: Services[string]): Services[string] => ({
  ...base,
  ...more,
  ...(base?.environment || more.environment
    ? { environment: { ...base?.environment, ...more.environment } }
    : {}),
});
