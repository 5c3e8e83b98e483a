import { expect, test } from "vitest";
import * as z from "zod";
import { SecretMissingError } from "../../../src/secrets/errors.ts";
import { secretLookup } from "../../../src/secrets/secret-lookup.ts";
import { resolveReference, secretReference } from "../../../src/stack/secret-reference.ts";
import { createProject } from "../../fixtures/project.ts";

test.each(["{{secret.TOKEN}}", "{{ secret.S3_KEY_2 }}", "{{secret._x}}"])("%s is a reference", (text) => {
  expect(z.safeParse(secretReference(), text).success).toBe(true);
});

test.each(["hunter2", "", "{{TOKEN}}", "{{secret.}}", "{{secret.2}}", "a{{secret.TOKEN}}", 3])(
  "%j is none, and is not repeated",
  (value) => {
    const { error } = z.safeParse(secretReference(), value);
    expect(error?.issues).toHaveLength(1);
    expect(error?.message).not.toContain("hunter2");
  },
);

test("a reference is resolved from the environment, else from .env", async () => {
  await using project = await createProject({ ".env": "TOKEN=from-file\nKEY=key\n" });
  const secrets = secretLookup({
    environment: { TOKEN: "from-environment" },
    projectRoot: project.directory,
  });
  expect(resolveReference("{{secret.TOKEN}}", secrets)).toBe("from-environment");
  expect(resolveReference("{{ secret.KEY }}", secrets)).toBe("key");
  expect(resolveReference("plain", secrets)).toBe("plain");
});

test("a secret that is nowhere is told by its name, with what needs it", async () => {
  await using project = await createProject({});
  const secrets = secretLookup({ environment: {}, projectRoot: project.directory });
  const resolve = () => resolveReference("{{secret.TOKEN}}", secrets, 'artifact store "s3"');
  expect(resolve).toThrow(SecretMissingError);
  expect(resolve).toThrow(/TOKEN, which artifact store "s3" needs: it is not set/);
});
