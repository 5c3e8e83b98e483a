import { describe, expect, it } from "vitest";
import { bytesMaterializer } from "../../../src/artifact/materializers/bytes.ts";
import {
  createMaterializerRegistry,
  materializerFor,
  materializerNamed,
} from "../../../src/artifact/materializers/registry.ts";
import { textMaterializer } from "../../../src/artifact/materializers/text.ts";

describe("the choice of a materializer", () => {
  it.each<[string, unknown, string]>([
    ["a text", "x", "text"],
    ["a text with a lone surrogate", "x\uD800", "json"],
    ["bytes", new Uint8Array(1), "bytes"],
    ["a Buffer", Buffer.from("x"), "bytes"],
    ["floats", new Float32Array(1), "bytes"],
    ["a subclass of a typed array", new (class Weights extends Float32Array {})(1), "json"],
    ["a list", [1], "json"],
    ["nothing", undefined, "json"],
  ])("by value takes %s to the right one", (_what, value, name) => {
    expect(materializerFor(value).name).toBe(name);
    expect(materializerNamed(name).name).toBe(name);
  });

  it("by an unknown name says which are known", () => {
    expect(() => materializerNamed("parquet")).toThrow(
      expect.objectContaining({
        code: "not_found",
        materializer: "parquet",
        known: ["file", "directory", "bytes", "text", "json", "csv"],
      }),
    );
    expect(() => materializerNamed("parquet")).toThrow(/'parquet'.*bytes, text, json/);
  });

  it("asks those of the user in the order of the list", () => {
    const shout = { ...textMaterializer, name: "shout" };
    const registry = createMaterializerRegistry([shout, textMaterializer]);
    expect(registry.forValue("x").name).toBe("shout");
    expect(registry.named("text").name).toBe("text");
  });

  it("says where none takes the value", () => {
    expect(() => createMaterializerRegistry([bytesMaterializer]).forValue(1)).toThrow(
      expect.objectContaining({ code: "materializer_failed" }),
    );
  });

  it("refuses two of one name, and the name 'auto'", () => {
    expect(() => createMaterializerRegistry([textMaterializer, textMaterializer])).toThrow(
      /'text' is there twice/,
    );
    expect(() => createMaterializerRegistry([{ ...textMaterializer, name: "auto" }])).toThrow(/'auto'/);
  });
});
