/** Where the images keep what runs in them; `step-runner/step-entrypoint-configuration.ts` starts it from there. */
export const IMAGE_ROOT = "/opt/stepdock";
export const ENTRYPOINT_PATH = `${IMAGE_ROOT}/entrypoint.mjs`;
/** Each bundle is `<code hash>.mjs`. */
export const BUNDLES_PATH = `${IMAGE_ROOT}/bundles`;
/** Above both, so that the bundles find their packages. */
export const PACKAGES_PATH = `${IMAGE_ROOT}/node_modules`;
