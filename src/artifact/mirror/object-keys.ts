import { hash } from "node:crypto";
import { encodeName } from "../artifact-uri.ts";

/** S3 takes 1,024 bytes, with the prefix of the store; services that keep objects as files, 255 between two slashes. */
const LONGEST = { key: 450, part: 200 };

const shortened = (key: string, text: string): string =>
  key.length <= LONGEST.key && key.split("/").every((part) => part.length <= LONGEST.part)
    ? key
    : `~${hash("sha256", text)}`;

/** Of the artifact with this URI: `<step>/<output>/<step run id>`. The store that it names is a bucket, with a prefix. */
export const artifactKey = (uri: string): string => {
  const key = uri.split("/").slice(3).join("/");
  return shortened(key, key);
};

export const manifestKey = (artifact: string): string => `${artifact}/manifest.json`;

/** Below `files/`, so that no file is taken for the manifest. Odd characters are percent-encoded; too long is a hash. */
export const fileKey = (artifact: string, path: string): string =>
  `${artifact}/files/${shortened(path.split("/").map(encodeName).join("/"), path)}`;
