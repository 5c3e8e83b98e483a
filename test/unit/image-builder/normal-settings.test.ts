import { describe, expect, test } from "vitest";
import { ImageSettingsError } from "../../../src/image-builder/image-settings-error.ts";
import { normalSettings } from "../../../src/image-builder/normal-settings.ts";

test("equal settings give equal JSON, with externals among the npm packages", () => {
  const one = normalSettings(
    { npmPackages: ["b", "a"], environment: { B: "2", A: "1" }, aptPackages: [], buildNetwork: "host" },
    ["c", "a"],
  );
  const other = normalSettings(
    { buildNetwork: "host", environment: { A: "1", B: "2" }, npmPackages: ["c"] },
    ["a", "b"],
  );
  expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  expect(one).toEqual({
    npmPackages: ["a", "b", "c"],
    environment: { A: "1", B: "2" },
    buildNetwork: "host",
  });
  expect(normalSettings(one, [])).toEqual(one);
});

test.each(["git", "g++", "libc6:i386", "git=1:2.39.5-0+deb12u2", "nodejs=18.*", "python3.11"])(
  "%s is a Debian package",
  (name) => {
    expect(normalSettings({ aptPackages: [name] }, []).aptPackages).toEqual([name]);
  },
);

test.each(["sharp", "@scope/name", "JSONStream", "lodash.merge"])("%s is an npm package", (name) => {
  expect(normalSettings({}, [name]).npmPackages).toEqual([name]);
});

describe("refused by name", () => {
  test.each([
    ["aptPackages", "git; rm -rf /"],
    ["aptPackages", "git=$(id)"],
    ["aptPackages", "git='1'"],
    ["aptPackages", "--allow-unauthenticated"],
    ["aptPackages", "Git"],
    ["npmPackages", "sharp@1.0.0"],
    ["npmPackages", "../sharp"],
    ["npmPackages", "sharp/lib"],
  ])("in %s: %s", (setting, name) => {
    const settings = { [setting]: [name] };
    expect(() => normalSettings(settings, [])).toThrow(ImageSettingsError);
    expect(() => normalSettings(settings, [])).toThrow(
      expect.objectContaining({ setting, subject: name, message: expect.stringContaining(`"${name}"`) }),
    );
  });

  test.each(["A B", "1A", "", "A$", 'A"', "A\nRUN x"])("the variable %j", (name) => {
    const settings = { environment: { [name]: "1" } };
    expect(() => normalSettings(settings, [])).toThrow(expect.objectContaining({ subject: name }));
  });

  test("a value with NUL", () => {
    expect(() => normalSettings({ environment: { A: "x\0" } }, [])).toThrow(/variable A has a NUL/);
  });
});
