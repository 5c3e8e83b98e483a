import type { ModelKind } from "./models.ts";

/** What a reader calls the models. */
export const LABELS: Readonly<Record<ModelKind, string>> = {
  persistence: "Persistence",
  climatology: "Climatology",
  ridge: "Ridge regression",
  nearest_neighbours: "Nearest neighbours",
};
