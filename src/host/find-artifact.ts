import type { FindArtifact } from "../compiler/settle-stored.ts";
import { StepdockError } from "../errors/error.ts";
import type { MetadataStore, VersionedArtifact } from "../metadata/port.ts";
import { nearest } from "../util/nearest.ts";

/** No artifact has that name, or that version. */
export class ArtifactNotFoundError extends StepdockError {
  readonly code = "not_found";
}

const LIST = "`stepdock artifacts` lists them.";
const TOLD = 10;

/** The versions of an artifact, newest first. @throws ArtifactNotFoundError, which names the nearest */
export const versionsOf = async (
  metadata: Pick<MetadataStore, "listArtifactNames" | "listArtifactVersions">,
  name: string,
): Promise<readonly VersionedArtifact[]> => {
  const versions = await metadata.listArtifactVersions(name);
  if (versions.length > 0) return versions;
  const names = (await metadata.listArtifactNames()).map((each) => each.name);
  const meant = nearest(name, names);
  const known = names.length === 0 ? "There is none yet." : LIST;
  throw new ArtifactNotFoundError(
    `There is no artifact "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`} ${known}`,
  );
};

/** Finds artifacts of earlier runs in a workspace. */
export const artifactFinder =
  (metadata: Pick<MetadataStore, "listArtifactNames" | "listArtifactVersions">): FindArtifact =>
  async ({ name, version }) => {
    const versions = await versionsOf(metadata, name);
    const found = version === "latest" ? versions[0] : versions.find((each) => each.version === version);
    if (found) return found;
    const shown = versions.slice(0, TOLD).map((each) => each.version);
    throw new ArtifactNotFoundError(
      `Artifact "${name}" has no version ${version}. It has: ${shown.join(", ")}` +
        `${versions.length > TOLD ? ", and older ones" : ""}. \`stepdock artifacts ${name}\` lists them.`,
    );
  };
