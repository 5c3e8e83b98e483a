import { expect, test } from "vitest";
import { dockerIgnore } from "../../../src/image-builder/docker-ignore.ts";

// The rows that tell something are those of moby's own tests of its patterns.
test.each<[patterns: string, path: string, isLeftOut: boolean]>([
  ["*.log", "noise.log", true],
  ["*.log", "deep/noise.log", false],
  ["**/*.log", "deep/er/noise.log", true],
  ["**/*.log", "noise.log", true],
  ["**", "any/thing", true],
  ["dir", "dir/file", true],
  ["dir/", "dir/file", true],
  ["/dir", "dir/file", true],
  ["./dir", "dir", true],
  ["dir/**", "dir/deep/file", true],
  ["dir/**", "other", false],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["[a-c].txt", "b.txt", true],
  ["[^a-c].txt", "b.txt", false],
  ["# *.txt", "a.txt", false],
  ["\\*.txt", "a.txt", false],
  ["\\*.txt", "*.txt", true],
  ["a.b", "axb", false],
  ["*\n!keep.txt", "keep.txt", false],
  ["*\n!keep.txt", "other.txt", true],
  ["docs\n!docs/README.md", "docs/README.md", false],
  ["docs\n!docs/README.md\ndocs/*.md", "docs/README.md", true],
  ["  spaced  \r\n\r\n", "spaced", true],
  ["", "anything", false],
  [".", "anything", false],
])("of %j, the path %j is left out: %j", (patterns, path, isLeftOut) => {
  expect(dockerIgnore(patterns)(path)).toBe(isLeftOut);
});
