import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleStep, type StepBundle } from "../../../src/compiler/bundle-step.ts";

export type Files = Readonly<Record<string, string>>;

const STEPDOCK = `
/* @__NO_SIDE_EFFECTS__ */
export function step(definition) {
  const made = (inputs) => definition.run(inputs);
  made.definition = definition;
  made.with = (options) => step({ ...definition, ...options });
  return made;
}
/* @__NO_SIDE_EFFECTS__ */
export function containerStep(definition) {
  return { definition };
}
/* @__NO_SIDE_EFFECTS__ */
export function pipeline(definition) {
  return { definition };
}
`;

const ZOD = dirname(fileURLToPath(import.meta.resolve("zod/package.json")));

/** The files of a package in `node_modules`. */
export const packageFiles = (name: string, manifest: object, files: Files): Files =>
  Object.fromEntries(
    Object.entries({ "package.json": JSON.stringify({ name, type: "module", ...manifest }), ...files }).map(
      ([file, text]) => [`node_modules/${name}/${file}`, text],
    ),
  );

/** A project of the user's in a directory of its own, with `stepdock` and `zod` installed. */
export class Project implements AsyncDisposable {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  static async create(files: Files): Promise<Project> {
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), "stepdock-bundle-"))));
    const manifest = { sideEffects: false, exports: "./index.js" };
    await project.write({ "package.json": `{"type":"module"}` });
    await project.write(packageFiles("stepdock", manifest, { "index.js": STEPDOCK }));
    await symlink(ZOD, project.path("node_modules/zod"));
    await project.write(files);
    return project;
  }

  path(file: string): string {
    return join(this.root, file);
  }

  async write(files: Files): Promise<void> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(file)), { recursive: true });
      await writeFile(this.path(file), text);
    }
  }

  /** The same project, checked out elsewhere. */
  async copy(): Promise<Project> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "stepdock-elsewhere-at-another-length-")));
    await cp(this.root, root, { recursive: true, verbatimSymlinks: true });
    return new Project(root);
  }

  bundle(
    exportName: string,
    options: { module?: string; externals?: readonly string[] } = {},
  ): Promise<StepBundle> {
    const { module = "src/steps.ts", ...rest } = options;
    return bundleStep({ module: this.path(module), exportName, projectRoot: this.root, ...rest });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Bundles a step of a project made of `files`, and leaves nothing behind. */
export async function bundleOf(
  files: Files,
  exportName: string,
  options: Parameters<Project["bundle"]>[1] = {},
) {
  await using project = await Project.create(files);
  return await project.bundle(exportName, options);
}

/** Runs the bundle's step as the container would: from a file that lies far from its sources. */
export async function loadBundle({ code }: StepBundle): Promise<{
  step: { (inputs: object): unknown; definition: Record<string, unknown> };
}> {
  return await import(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** A module with one step, `one`. */
export const stepWith = (imports: string, run: string): Files => ({
  "src/steps.ts": `import { step } from "stepdock";\n${imports}\nexport const one = step({ name: "one", run: ${run} });\n`,
});
