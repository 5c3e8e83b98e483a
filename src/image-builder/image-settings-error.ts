import { StepdockError } from "../errors/error.ts";

/** Docker settings of a step that no image can be made from. */
export class ImageSettingsError extends StepdockError {
  readonly code = "settings_invalid";
  /** Which of `DockerSettings`: `npmPackages`, `aptPackages`, `environment`. */
  readonly setting: string;
  /** The package or variable that it is about, undefined where it is about all of them. */
  readonly subject: string | undefined;

  constructor(setting: string, subject: string | undefined, message: string, options?: ErrorOptions) {
    super(message, options);
    this.setting = setting;
    this.subject = subject;
  }
}
