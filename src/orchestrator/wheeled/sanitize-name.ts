/** Lower case, digits and `-`, none of these at an end: a name that engines and npm take. ZenML's `sanitize_name`. */
export const sanitizeName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
