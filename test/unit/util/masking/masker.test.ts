import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createMasker, type Masker } from "../../../../src/util/masking/masker.ts";

const SECRET = "p4ss/w+rd é'\"ü&=%~!";

const maskerOf = (...values: string[]): Masker => {
  const masker = createMasker(values);
  if (!masker) throw new Error("nothing is masked");
  return masker;
};

const inChunks = (masker: Masker, bytes: Buffer, cuts: readonly number[]): Buffer => {
  const stream = masker.stream();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const chunks = borders.slice(1).map((to, index) => stream.push(bytes.subarray(borders[index], to)));
  return Buffer.concat([...chunks, stream.end()]);
};

/** What masking means, the slow way: each byte that any needle covers, and one mask for each run of overlapping needles. */
const maskedSlowly = (needles: readonly string[], text: string): string => {
  const found = needles.flatMap((needle) =>
    [...text].flatMap((_, from) =>
      text.startsWith(needle, from) ? [{ from, to: from + needle.length }] : [],
    ),
  );
  const runs: { from: number; to: number }[] = [];
  for (const { from, to } of found.sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = runs.at(-1);
    if (last && from < last.to) last.to = Math.max(last.to, to);
    else runs.push({ from, to });
  }
  return runs.reduceRight((masked, { from, to }) => `${masked.slice(0, from)}***${masked.slice(to)}`, text);
};

const secrets = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 });

test.each([
  ["as it is", SECRET],
  ["as encodeURIComponent writes it", encodeURIComponent(SECRET)],
  ["as a form writes it", new URLSearchParams({ key: SECRET }).toString().slice("key=".length)],
  ["as JSON writes it", JSON.stringify(SECRET).slice(1, -1)],
  ["in base64", Buffer.from(SECRET).toString("base64").replace(/=+$/, "")],
  ["in base64url", Buffer.from(SECRET).toString("base64url")],
  ["in base64 in a URL", encodeURIComponent(Buffer.from(SECRET).toString("base64").replace(/=+$/, ""))],
  ["in hex", Buffer.from(SECRET).toString("hex")],
  ["in hex with capitals", Buffer.from(SECRET).toString("hex").toUpperCase()],
])("a value is masked %s", (_name, written) => {
  expect(maskerOf(SECRET).text(`before <${written}> after`)).toBe("before <***> after");
});

test("a value is masked in base64 of longer data, wherever it begins there", () => {
  fc.assert(
    fc.property(
      secrets,
      fc.uint8Array({ maxLength: 9 }),
      fc.uint8Array({ maxLength: 9 }),
      (secret, before, after) => {
        const bytes = Buffer.from(secret.toWellFormed());
        const text = Buffer.concat([before, bytes, after]).toString("base64");
        const first = Math.ceil((before.length * 8) / 6);
        const certain = text.slice(first, Math.floor(((before.length + bytes.length) * 8) / 6));
        expect(maskerOf(secret).text(text)).not.toContain(certain);
      },
    ),
  );
});

test("any value is masked in all of its encodings, wherever the stream is cut", () => {
  const encoders: ((secret: string) => string)[] = [
    (secret) => secret,
    encodeURIComponent,
    (secret) => JSON.stringify(secret).slice(1, -1),
    (secret) => Buffer.from(secret).toString("base64"),
    (secret) => Buffer.from(secret).toString("hex"),
  ];
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  fc.assert(
    fc.property(secrets, fc.constantFrom(...encoders), cuts, (secret, encode, places) => {
      const written = encode(secret);
      const masked = inChunks(maskerOf(secret), Buffer.from(`\u0001${written}\u0001`), places).toString();
      expect(masked).not.toContain(written);
      expect(masked).toContain("***");
    }),
  );
});

test("what comes out does not depend on how the stream is cut, and is what masking means", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 60 });
  const values = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 4, maxLength: 7 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(values, letters, fc.array(fc.nat(), { maxLength: 8 }), (needles, text, cuts) => {
      const masked = inChunks(maskerOf(...needles), Buffer.from(text), cuts).toString();
      expect(masked).toBe(maskedSlowly(needles, text));
    }),
    { numRuns: 500 },
  );
});

test("the lines of a value with several are masked by themselves, and when base64 is wrapped", () => {
  const key = `-----BEGIN KEY-----\n${"kZ8+/xyzabcd".repeat(5)}\n${"qW3e".repeat(16)}\n-----END KEY-----\n`;
  const masker = maskerOf(key);
  expect(masker.text(key.replaceAll("\n", "\n    ")).trim()).toBe("***\n    ***\n    ***\n    ***");
  const wrapped = Buffer.from(key).toString("base64").replace(/.{76}/g, "$&\n");
  expect(masker.text(wrapped).replaceAll(/[*\n=]/g, "").length).toBeLessThan(8);
});

test("nothing is held back that cannot be the beginning of a value", () => {
  const stream = maskerOf("secret").stream();
  expect(stream.push(Buffer.from("name? ")).toString()).toBe("name? ");
  expect(stream.push(Buffer.from("a sec")).toString()).toBe("a ");
  expect(stream.push(Buffer.from("ond\n")).toString()).toBe("second\n");
});

test("bytes that are no text pass unchanged", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const stream = maskerOf("\u{10ffff}\u{10ffff}").stream();
      expect(Buffer.concat([stream.push(Buffer.from(bytes)), stream.end()]).equals(bytes)).toBe(true);
    }),
  );
});

test("a value of less than four characters is not masked, and without others there is no masker", () => {
  expect(createMasker(["abc", ""])).toBeUndefined();
  expect(maskerOf("abc", "abcdef").text("abc abcdef")).toBe("abc ***");
});
