import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Invocation } from "../../../src/model/index.ts";
import { RunSecrets } from "../../../src/secrets/run-secrets.ts";

const invocations = (named: Readonly<Record<string, string[]>>): Record<string, Invocation> =>
  Object.fromEntries(
    Object.entries(named).map(([id, secrets]) => [id, { id, secrets } as unknown as Invocation]),
  );

const temporary = () => mkdtempDisposable(join(tmpdir(), "stepdock-test-"));

const keyFrom = (sources: ConstructorParameters<typeof RunSecrets>[1]): string | undefined => {
  const steps = invocations({ train: ["KEY"] });
  const secrets = new RunSecrets(steps, sources);
  secrets.require(Object.values(steps));
  return secrets.of(steps.train as Invocation).secrets?.KEY;
};

test("a secret is found in the environment, a file that it names, .env, and a file that .env names, in this order", async () => {
  await using project = await temporary();
  const projectRoot = project.path;
  await writeFile(join(projectRoot, "key.txt"), "of a file\r\n");
  await writeFile(join(projectRoot, ".env"), "KEY_FILE=./key.txt\n");
  expect(keyFrom({ environment: {}, projectRoot })).toBe("of a file");
  await writeFile(join(projectRoot, ".env"), 'KEY_FILE=./no-such\nKEY="of # .env" # comment\n');
  expect(keyFrom({ environment: {}, projectRoot })).toBe("of # .env");
  const environment = { KEY_FILE: join(projectRoot, "key.txt") };
  expect(keyFrom({ environment, projectRoot })).toBe("of a file");
  expect(keyFrom({ environment: { ...environment, KEY: "of the environment" }, projectRoot })).toBe(
    "of the environment",
  );
  await writeFile(join(projectRoot, "other.env"), "KEY=elsewhere");
  expect(keyFrom({ environment: {}, projectRoot, envFile: join(projectRoot, "other.env") })).toBe(
    "elsewhere",
  );
});

test("all missing secrets are named at once, with who needs them, why, and how to give them", async () => {
  await using project = await temporary();
  await writeFile(join(project.path, "latin1"), Buffer.from([0xe9]));
  const steps = invocations({ load: ["A", "B"], train: ["B", "C"], cached: ["D"] });
  const environment = { A: "here", B: "", C_FILE: join(project.path, "latin1") };
  const secrets = new RunSecrets(steps, { environment, projectRoot: project.path });
  const open = Object.values(steps).filter(({ id }) => id !== "cached");
  expect(() => secrets.require(open)).toThrow(
    `2 secrets are missing, so nothing was started:
  B, which load, train need: it is set, but empty
  C, which train needs: the file ${join(project.path, "latin1")} (C_FILE) cannot be read: it is no UTF-8 text
Give each as a variable (B=…), as a line B=… of ${join(project.path, ".env")}`,
  );
  secrets.require(open.filter(({ id }) => id === "nobody"));
});

test("an .env file that is asked for has to be there", async () => {
  await using project = await temporary();
  const envFile = join(project.path, "no.env");
  expect(() => keyFrom({ environment: {}, projectRoot: project.path, envFile })).toThrow(/--env-file/);
});

test("a short secret is told not to be masked, and a run without secrets reads no file and masks nothing", async () => {
  const steps = invocations({ train: ["PIN"] });
  const short = new RunSecrets(steps, { environment: { PIN: "123" }, projectRoot: "/" });
  expect(short.warnings).toEqual([expect.stringContaining("Secret PIN has fewer than 4 characters")]);
  expect(short.masker).toBeUndefined();
  const none = new RunSecrets(invocations({ train: [] }), {
    ...{ environment: { PIN: "1234" }, projectRoot: "/", envFile: "/no/such" },
  });
  expect([none.masker, none.warnings]).toEqual([undefined, []]);
});
