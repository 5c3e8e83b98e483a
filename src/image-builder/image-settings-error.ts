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

/** What an image is to be made of is not what was planned. @param what says so in words, without an end */
export const changedMeanwhile = (setting: string, subject: string, what: string): ImageSettingsError =>
  new ImageSettingsError(setting, subject, `${what}, so the step would not be what was planned. Run again.`);
