import { StepdockError } from "../errors/error.ts";

/** A Docker setting of the user's (a variable, a context, its config file) that cannot be followed. */
export class DockerSettingsError extends StepdockError {
  readonly code = "settings_invalid";
  /** The variable or file that holds the setting. */
  readonly setting: string;

  constructor(setting: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.setting = setting;
  }
}
