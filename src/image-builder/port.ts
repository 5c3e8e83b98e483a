export type * from "../stack/image-builder.ts";
