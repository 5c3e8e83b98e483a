import type { DockerSettings } from "../model/index.ts";
import { ImageSettingsError } from "./image-settings-error.ts";

const APT_PACKAGE = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?(=[A-Za-z0-9.+:~*-]+)?$/;
const NPM_PACKAGE = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * The settings with `externals` among the npm packages; lists, variables and properties in one order, and no name
 * twice: equal settings give equal JSON. Normal settings stay as they are.
 *
 * @throws ImageSettingsError that names what is no name of a package or variable
 */
export const normalSettings = (settings: DockerSettings, externals: readonly string[]): DockerSettings => {
  const { environment = {}, copyFiles = {}, ...others } = settings;
  const aptPackages = unique(settings.aptPackages ?? []);
  const npmPackages = unique([...(settings.npmPackages ?? []), ...externals]);
  const variables = Object.entries(environment).sort(byName);
  aptPackages.forEach(checkApt);
  npmPackages.forEach(checkNpm);
  variables.forEach(checkVariable);
  const copies = Object.entries(copyFiles).sort(byName);
  const told = {
    ...others,
    aptPackages: aptPackages.length > 0 ? aptPackages : undefined,
    npmPackages: npmPackages.length > 0 ? npmPackages : undefined,
    environment: Object.fromEntries(variables),
    copyFiles: copies.length > 0 ? Object.fromEntries(copies) : undefined,
  };
  const entries = Object.entries(told).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.sort(byName));
};

const byName = ([left]: [string, unknown], [right]: [string, unknown]): number => (left < right ? -1 : 1);

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

const checkApt = (name: string): void => {
  if (APT_PACKAGE.test(name)) return;
  const hint = "Write a name as apt-get knows it, such as git, or git=1:2.39.5-0+deb12u2.";
  throw new ImageSettingsError("aptPackages", name, `"${name}" is no name of a Debian package. ${hint}`);
};

const checkNpm = (name: string): void => {
  if (NPM_PACKAGE.test(name)) return;
  const hint = "Write the name alone, such as sharp: the version is the one in package-lock.json.";
  throw new ImageSettingsError("npmPackages", name, `"${name}" is no name of an npm package. ${hint}`);
};

const checkVariable = ([name, value]: [string, string]): void => {
  if (!VARIABLE.test(name)) {
    const hint = "Use letters, digits, and _ . or - after the first.";
    const text = `"${name}" cannot be the name of an environment variable of an image. ${hint}`;
    throw new ImageSettingsError("environment", name, text);
  }
  if (!value.includes("\0")) return;
  const text = `The environment variable ${name} has a NUL character in its value, which no process can be given. Remove it.`;
  throw new ImageSettingsError("environment", name, text);
};
