import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownVersion } from "../../util/own-version.ts";
import { BaseOrchestrator } from "../base/base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "../base/config.ts";
import { packFolder } from "./pack-folder.ts";
import { exactVersions, packagesOf, planPackages } from "./package-dependencies.ts";
import { PACKAGE_FOLDER } from "./package-layout.ts";
import { copyRepository } from "./repository-copy.ts";
import { sanitizeName } from "./sanitize-name.ts";
import { writeCode, writeManifest } from "./write-package.ts";

/**
 * Base of orchestrators whose engine installs a package instead of pulling an image: the tarball of `npm pack` stands
 * for the wheel. ZenML's `WheeledOrchestrator`.
 */
export abstract class WheeledOrchestrator<
  Config extends BaseOrchestratorConfig = BaseOrchestratorConfig,
> extends BaseOrchestrator<Config> {
  /** Name of every package that is made here; ZenML's `zenmlproject`. */
  readonly packageName: string = "stepdockproject";
  /** Stepdock's own version, as ZenML's is ZenML's. */
  readonly packageVersion: string = ownVersion();

  /** Lower case, digits and `-`: for names that an engine gives to what it makes. */
  sanitizeName(name: string): string {
    return sanitizeName(name);
  }

  /**
   * Copies the project of the active run to a new folder in `parent`, without `node_modules`, `.git`, `.env` files and the
   * workspace, and adds what makes it a package that runs the steps: package.json, entrypoint and bundles. ZenML's
   * `copy_repository_to_temp_dir_and_add_setup_py`.
   *
   * @returns the folder, which is the caller's to remove
   */
  async copyRepositoryToTempDirAndAddSetup(parent: string = tmpdir()): Promise<string> {
    const { projectRoot, snapshot, bundles, envFile } = this.active.request;
    const target = await mkdtemp(join(parent, "stepdock-package-"));
    const without = [this.active.context.paths.root, ...(envFile === undefined ? [] : [envFile])];
    await copyRepository({ projectRoot, target, without, ours: PACKAGE_FOLDER });
    const names = packagesOf(Object.values(snapshot.invocations));
    const dependencies = exactVersions(await planPackages(projectRoot, names), names);
    await writeManifest(target, { name: this.packageName, version: this.packageVersion, dependencies });
    await writeCode(target, { snapshot, bundles, entrypoint: this.services.entrypointPath });
    return target;
  }

  /**
   * Packs the folder with `npm pack`, which leaves out what the project's `files`, `.npmignore` or `.gitignore` say.
   *
   * @returns path of the tarball, in the folder
   * @throws PackageError where npm fails, or is not there
   */
  async createWheel(tempDir: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { packageName: name, packageVersion: version } = this;
    return await packFolder(tempDir, { name, version, signal });
  }
}
