import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDockerignore } from "../../../src/image-builder/dockerignore.ts";
import { ImageSettingsError } from "../../../src/image-builder/image-settings-error.ts";

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
  ["node_modules", "src/node_modules", false],
  ["node_modules", "node_modules2", false],
  ["a?c", "ac", false],
  ["[^a-c].txt", "d.txt", true],
  ["a+b (1).txt", "a+b (1).txt", true],
  ["a+b (1).txt", "aab (1).txt", false],
  ["a\n!a/b\na/b/c", "a/b", false],
  ["a\n!a/b\na/b/c", "a/b/c", true],
  ["a\n!a/b\na/b/c", "a/d", true],
  ["", "anything", false],
  [".", "anything", false],
])("of %j, the path %j is left out: %j", (patterns, path, isLeftOut) => {
  expect(parseDockerignore(patterns).ignores(path)).toBe(isLeftOut);
});

test("only patterns that keep something make it worth to look into a folder that is left out", () => {
  const texts = ["a\n!a/b", "a\n # !a/b", "a"];
  expect(texts.map((text) => parseDockerignore(text).hasExceptions)).toEqual([true, false, false]);
});

test("a pattern that means nothing is told", () => {
  expect(() => parseDockerignore("ok\n[z-a].txt")).toThrow(
    expect.objectContaining({ code: "settings_invalid", message: expect.stringContaining("[z-a].txt") }),
  );
});

test("any text is read or refused, and what it matches is told in time", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, path) => {
      try {
        parseDockerignore(text).ignores(path);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageSettingsError);
      }
    }),
  );
});
