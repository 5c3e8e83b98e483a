import { mkdtempDisposable, readFile, readlink, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject } from "../../fixtures/project.ts";
import { outputOf, runPipeline } from "./pipeline-support.ts";

const FILES = {
  "pipeline.ts": `import { artifact, defineMaterializer, directory, directoryAt, file, fileAt, input, output, pipeline, step } from "stepdock";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export const lines = defineMaterializer<string[]>({
  name: "lines",
  save: (all, folder) => writeFile(join(folder, "lines.txt"), all.join("\\n")),
  load: async (folder) => (await readFile(join(folder, "lines.txt"), "utf8")).split("\\n"),
});
const Lines = z.array(z.string());

export const make = step({
  name: "make",
  inputs: { text: z.string() },
  outputs: { data: output(file({ name: "data.bin" }), { name: "data" }), site: directory() },
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
  outputs: { copy: file(), told: output(Lines, { materializer: lines }) },
  run: async ({ data, site }) => {
    await writeFile("/tmp/elsewhere.txt", \`\${data.name} \${data.sizeBytes}\`);
    return { copy: fileAt("/tmp/elsewhere.txt"), told: await site.files() };
  },
});

export const size = step({
  name: "size",
  inputs: { data: file(), told: input(Lines, { materializer: lines }) },
  output: z.number(),
  run: ({ data, told }) => data.sizeBytes + told.length,
});

export const later = pipeline({
  name: "later",
  define: () => ({ size: size({ data: artifact("data", { version: 1 }), told: artifact("files::pass::told") }) }),
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
    await using project = await createProject(FILES);
    await using out = await mkdtempDisposable(join(tmpdir(), "stepdock-out-"));
    const ran = await runPipeline(project, ["files", "--stack", stack]);
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
    expect((await runPipeline(project, ["files", "--stack", stack])).executed).toEqual([]);
    const later = await runPipeline(project, ["later", "--stack", stack]);
    expect(await outputOf(project, later, "size")).toBe(3_000_002);
    await cli("clean", "--keep", "1", "--older-than", "0d");
    expect((await runPipeline(project, ["later", "--stack", stack])).executed).toEqual([]);
    const names = (await cli("artifacts")).stdout
      .split("\n")
      .map((line) => line.split(/ +/).slice(0, 2).join(" "));
    expect(names).toEqual(["NAME VERSION", "data 1", "files::pass::told 1", "later::size::output 1", ""]);
  },
);
