import type { Invocation, ServiceSettings } from "../../model/index.ts";
import type { EnvironmentIdentity } from "../../step-launcher/port.ts";
import { hashJson } from "../../util/canonical.ts";

/**
 * Where a step runs, with its services: the content of their images, and what they are told. Not how it is found out
 * whether they are ready, which changes no result.
 */
export const withServices = async (
  { key, ingredients }: EnvironmentIdentity,
  { settings: { services = {} } }: Pick<Invocation, "settings">,
  keyOf: (image: string) => Promise<string>,
): Promise<EnvironmentIdentity> => {
  if (Object.keys(services).length === 0) return { key, ingredients };
  const parts = await Promise.all(
    Object.entries(services).map(async ([name, service]) => [
      [`service ${name} image`, await keyOf(service.image)],
      [`service ${name}`, hashJson(toldTo(service))],
    ]),
  );
  const own: Record<string, string> = Object.fromEntries(parts.flat());
  return { key: hashJson({ key, ...own }), ingredients: { ...ingredients, ...own } };
};

const toldTo = ({
  entrypoint = [],
  command = [],
  environment = {},
  user = "",
  tmpfs = {},
}: ServiceSettings) => ({
  ...{ entrypoint: [...entrypoint], command: [...command], environment, user, tmpfs },
});
