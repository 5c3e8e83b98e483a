/**
 * Where the images keep what runs in them; `step-runner/step-entrypoint-configuration.ts` starts it from there. At the
 * top, where no parent image has anything: a layer that is put on one replaces directories and links that it names.
 */
export const IMAGE_ROOT = "/stepdock";
export const ENTRYPOINT_PATH = `${IMAGE_ROOT}/entrypoint.mjs`;
/** Each bundle is `<code hash>.mjs`. */
export const BUNDLES_PATH = `${IMAGE_ROOT}/bundles`;
/** Above both, so that the bundles find their packages. */
export const PACKAGES_PATH = `${IMAGE_ROOT}/node_modules`;
