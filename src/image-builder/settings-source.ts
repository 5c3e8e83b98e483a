import { resolve } from "node:path";
import { ImageSettingsError } from "./image-settings-error.ts";

/** A file or folder of the project that docker settings name. */
export interface Source {
  /** Which of `DockerSettings` names it. */
  readonly setting: string;
  /** As it stands there. */
  readonly named: string;
  readonly path: string;
}

export const sourceOf = (projectRoot: string, setting: string, named: string): Source => ({
  ...{ setting, named, path: resolve(projectRoot, named) },
});

/** What `read` finds at its path. @throws ImageSettingsError that names the setting, where the system refuses */
export const readSource = async <T>(
  { setting, named, path }: Source,
  read: (path: string) => Promise<T>,
): Promise<T> => {
  try {
    return await read(path);
  } catch (cause) {
    if (cause instanceof ImageSettingsError) throw cause;
    const text = `"settings.docker.${setting}" names ${named}, which cannot be read: ${(cause as Error).message}.`;
    throw new ImageSettingsError(setting, named, `${text} Paths are relative to the project's root.`, {
      cause,
    });
  }
};
