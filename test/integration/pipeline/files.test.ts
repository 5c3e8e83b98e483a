import { mkdtempDisposable, readFile, readlink, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { outputOf, pipelineProject, runPipeline } from "./pipeline-support.ts";

const FILES = {
  "pipeline.ts": `import { directory, directoryAt, file, fileAt, pipeline, step } from "stepdock";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export const make = step({
  name: "make",
  inputs: { text: z.string() },
  outputs: { data: file({ name: "data.bin" }), site: directory() },
  run: async ({ text }, { outputs }) => {
    await writeFile(outputs.data.path, Buffer.alloc(3_000_000, text));
    await mkdir(join(outputs.site.path, "empty"));
    await writeFile(join(outputs.site.path, "run.sh"), "#!/bin/sh\\n", { mode: 0o755 });
    await symlink("run.sh", join(outputs.site.path, "go"));
  },
});

export const pass = step({
  name: "pass",
  inputs: { data: file(), site: directory() },
  outputs: { copy: file(), told: z.unknown() },
  run: async ({ data, site }) => {
    await writeFile("/tmp/elsewhere.txt", \`\${data.name} \${data.sizeBytes}\`);
    return { copy: fileAt("/tmp/elsewhere.txt"), told: await site.files() };
  },
});

export const files = pipeline({
  name: "files",
  parameters: { text: z.string().default("a") },
  define: ({ text }) => ({ told: pass(make({ text })).told }),
});
`,
};

test.each(["local_docker", "local"])(
  "files and folders pass through steps on the stack %s",
  async (stack) => {
    await using project = await pipelineProject(FILES);
    await using out = await mkdtempDisposable(join(tmpdir(), "stepdock-out-"));
    const ran = await runPipeline(project, ["--stack", stack]);
    expect(await outputOf(project, ran, "pass", "told")).toEqual(["go", "run.sh"]);
    const cli = (...args: string[]) => stepdock(args, { cwd: project.directory });
    expect((await cli("artifact", ran.id, "pass.copy")).stdout).toBe("data.bin 3000000");
    expect((await cli("artifact", ran.id, "make.site")).stdout).toBe("empty/\ngo\nrun.sh\n");
    const site = join(out.path, "site");
    expect((await cli("artifact", ran.id, "make.site", "--output", site)).stderr).toContain(
      `Copied to ${site}`,
    );
    expect([await readlink(join(site, "go")), (await stat(join(site, "run.sh"))).mode & 0o111]).toEqual([
      "run.sh",
      0o111,
    ]);
    await cli("artifact", ran.id, "make.data", "--output", out.path);
    expect((await readFile(join(out.path, "data.bin"))).length).toBe(3_000_000);
    expect((await runPipeline(project, ["--stack", stack])).executed).toEqual([]);
  },
);
