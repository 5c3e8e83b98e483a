import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { NpmInstall } from "../../image-builder/npm-packages.ts";
import type { Invocation } from "../../model/index.ts";
import type { EnvironmentIdentity, StepEnvironments } from "../../step-launcher/port.ts";
import { hashJson } from "../../util/canonical.ts";
import { packagesOf, planPackages } from "../wheeled/package-dependencies.ts";

export interface PackageSources {
  readonly projectRoot: string;
  readonly entrypointPath: string;
}

/** Where packaged steps run, as far as it belongs to their cache keys: Node, the entrypoint, the packages they need. */
export class PackageEnvironments implements StepEnvironments {
  readonly #sources: PackageSources;
  readonly #plans = new Map<string, Promise<NpmInstall | undefined>>();
  #entrypoint: Promise<string> | undefined;

  constructor(sources: PackageSources) {
    this.#sources = sources;
  }

  /** @throws ImageSettingsError where the project's lockfile does not have a package */
  async environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    const packages = await this.#planOf(packagesOf([invocation]));
    this.#entrypoint ??= readFile(this.#sources.entrypointPath).then((content) => hash("sha256", content));
    const ingredients = {
      ...{ node: process.version, platform: `${process.platform} ${process.arch}` },
      entrypoint: await this.#entrypoint,
      ...(packages && { npm: packages.identity }),
    };
    return { key: hashJson({ kind: "package", ...ingredients }), ingredients };
  }

  #planOf(names: readonly string[]): Promise<NpmInstall | undefined> {
    const key = names.join(" ");
    const plan = this.#plans.get(key) ?? planPackages(this.#sources.projectRoot, names);
    this.#plans.set(key, plan);
    return plan;
  }
}
