import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDockerignore } from "../../../src/image-builder/dockerignore.ts";

const ignored = (text: string, paths: readonly string[]) => {
  const { ignores } = parseDockerignore(text);
  return paths.filter(ignores);
};

test.each([
  ["node_modules", ["node_modules", "node_modules/a/b.js"], ["src/node_modules", "node_modules2"]],
  ["*.md", ["a.md"], ["docs/a.md", "a.mdx"]],
  ["**/*.md", ["a.md", "docs/deep/a.md"], ["a.txt"]],
  ["docs/**", ["docs/a", "docs/b/c"], ["src/docs"]],
  ["a?c", ["abc"], ["ac", "a/c"]],
  ["[ab].txt", ["a.txt", "b.txt"], ["c.txt"]],
  ["/dist/", ["dist", "dist/x"], ["a/dist"]],
  ["./dist", ["dist"], []],
  ["a+b (1).txt", ["a+b (1).txt"], ["aab (1).txt"]],
  ["*.md\n!README.md", ["a.md"], ["README.md"]],
  ["# a.md\n\n  b.md  ", ["b.md"], ["a.md"]],
])("%j leaves out %j, and not %j", (text, out, kept) => {
  expect(ignored(text, [...out, ...kept])).toEqual(out);
});

test("the last pattern counts", () => {
  expect(ignored("a\n!a/b\na/b/c", ["a", "a/b", "a/b/c", "a/d"])).toEqual(["a", "a/b/c", "a/d"]);
});

test("any text is read, and what it matches is told in time", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, path) => void parseDockerignore(text).ignores(path)),
  );
});
