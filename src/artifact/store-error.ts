import { StepdockError } from "../errors/error.ts";

/** An artifact store that keeps artifacts elsewhere cannot be reached, or refuses. */
export class ArtifactStoreError extends StepdockError {
  override readonly code = "artifact_store_failed";
}
