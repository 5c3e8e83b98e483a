import { StepdockError } from "../errors/error.ts";

/** A parent image whose programs this engine cannot execute: they are made for another processor. */
export class ParentArchitectureError extends StepdockError {
  readonly code = "parent_image_unusable";
  readonly parentImage: string;
  /** What the image says it is built for, as OCI spells it: `arm64`. It may say so wrongly. */
  readonly architecture: string;
  readonly engineArchitecture: string;

  constructor(parentImage: string, architecture: string, engineArchitecture: string, options?: ErrorOptions) {
    super(
      `Parent image ${parentImage} ${mismatch(architecture, engineArchitecture)}, so its Node cannot be executed. ` +
        `Name an image for ${engineArchitecture} (\`docker pull --platform linux/${engineArchitecture} …\`), ` +
        "or set up emulation on the engine's host (binfmt_misc with QEMU).",
      options,
    );
    this.parentImage = parentImage;
    this.architecture = architecture;
    this.engineArchitecture = engineArchitecture;
  }
}

const mismatch = (image: string, engine: string): string =>
  image === engine
    ? `says it is built for ${image}, as this engine is, but has programs for another processor`
    : `is built for ${image}, and this engine runs ${engine}`;
