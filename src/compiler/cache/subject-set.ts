import type { Subject } from "./fact.ts";

/** Subjects, each once; the names looked for in one directory are put together. */
export class SubjectSet {
  readonly #files = new Set<string>();
  readonly #links = new Set<string>();
  readonly #stems = new Map<string, Set<string>>();
  readonly #listed = new Set<string>();

  file(path: string): void {
    this.#files.add(path);
  }

  link(path: string): void {
    this.#links.add(path);
  }

  /** Whether the directory has `stem`, or that with any extension. */
  name(directory: string, stem: string): void {
    const stems = this.#stems.get(directory);
    if (stems) stems.add(stem);
    else this.#stems.set(directory, new Set([stem]));
  }

  /** All names that the directory has. */
  names(directory: string): void {
    this.#listed.add(directory);
  }

  list(): Subject[] {
    return [
      ...[...this.#files].map((path) => ({ kind: "file" as const, path })),
      ...[...this.#links].map((path) => ({ kind: "link" as const, path })),
      ...[...this.#listed].map((path) => ({ kind: "names" as const, path })),
      ...[...this.#stems].map(([path, stems]) => ({
        kind: "names" as const,
        path,
        stems: [...stems].sort(),
      })),
    ];
  }
}
