import type { StepSettings } from "../model/index.ts";
import { SettingsError } from "./check-options.ts";

/** A step with services is in a network that is made for them: it can be in no other. @throws SettingsError */
export const checkServices = ({ services = {}, network = "none" }: StepSettings, where: string): void => {
  if (Object.keys(services).length === 0 || network === "none" || network === "bridge") return;
  throw new SettingsError(
    `${where} has services and \`network: "${network}"\`. A step shares a network of its own with its services: ` +
      'leave `network` out, or say "bridge" where they need to reach the outside, too.',
  );
};
