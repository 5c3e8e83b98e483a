import type { Json } from "../../model/json.ts";
import type { Segment } from "./walk.ts";

/** The property that marks a tag object. */
export const TAG = "$stepdock";

/** What a tag object holds besides its tag. */
export type Body = Readonly<Record<string, Json>>;

export type EncodeChild = (value: unknown, segment: Segment) => Json;
export type DecodeChild = (json: Json, segment: Segment) => unknown;

/** How one class of objects is written as a tag object. Objects of its subclasses are not its own. */
export interface Codec<T extends object = object> {
  readonly tag: string;
  readonly prototype: object;
  /** Whether own enumerable properties are carried, or cannot be looked for cheaply; else they are refused. */
  readonly ownProperties?: true;
  encode(value: T, child: EncodeChild): Record<string, Json>;
  decode(body: Body, child: DecodeChild): T;
}
