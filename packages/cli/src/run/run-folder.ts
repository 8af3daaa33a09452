/**
 * A run is a folder. Files that are written as a whole go to a temporary name, are synced, and are renamed, so that what
 * stands under its own name is complete; `history.jsonl` and `timing.jsonl` grow by a line per epoch.
 * `docs/run-folder.md` says what each file holds.
 */
import { appendFileSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { readFileSync, renameSync, rmdirSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { PlumbError } from "plumb-ml";

/** The files of a run, by what they are. */
export const runFiles = {
  run: "run.json",
  prepare: "prepare.json",
  history: "history.jsonl",
  timing: "timing.jsonl",
  weights: "weights.safetensors",
} as const;

/** What the doctor found, unless it was sent away. */
export const findingsFile = "findings.json";

/** All of a run on one page. */
export const reportFile = "report.html";

/** The weights of a moment ago, while training runs; gone when it has come to its end. */
export const checkpointFile = "checkpoints/latest.safetensors";

/** Where the time of a training step goes, if that was asked for. */
export const profileFile = "profile.json";

/** `runs/<file>-<target>`, numbered when it is taken. */
export function freeName(cwd: string, dataPath: string, target: string): string {
  const file = basename(dataPath).replace(/\.gz$/i, "");
  const plain = (text: string): string => text.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  const stem =
    [plain(basename(file, extname(file))), plain(target)].filter((part) => part !== "").join("-") || "run";
  for (let n = 1; ; n++) {
    const name = join("runs", n === 1 ? stem : `${stem}-${n}`);
    if (!existsSync(resolve(cwd, name))) return name;
  }
}

export class RunFolder {
  /** As the user would type it. */
  readonly name: string;
  readonly path: string;
  /** The topmost folder that was made for the run, if any: what `discard` removes. */
  readonly #made: string | undefined;

  private constructor(name: string, path: string, made: string | undefined) {
    this.name = name;
    this.path = path;
    this.#made = made;
  }

  /**
   * Makes the folder. One that exists is taken only when it is empty: a run is never written over another.
   *
   * Errors: PL5001 when it holds something already, or the system refuses.
   */
  static create(name: string, cwd: string): RunFolder {
    const path = resolve(cwd, name);
    try {
      const made = makeFolders(path);
      if (made === undefined && readdirSync(path).length > 0)
        throw new PlumbError("PL5001", {
          asked: `Writing the run to ${name} was asked for`,
          arrived: "That folder exists and is not empty",
          why: "A run is never written over another",
          fix: "Give another --out, or remove the folder first",
        });
      const folder = new RunFolder(name, path, made);
      folder.#put(runFiles.history, "");
      folder.#put(runFiles.timing, "");
      return folder;
    } catch (cause) {
      throw refused(name, cause);
    }
  }

  /** Writes a whole file. */
  write(file: string, content: string | Uint8Array): void {
    try {
      this.#put(file, content);
    } catch (cause) {
      throw refused(join(this.name, file), cause);
    }
  }

  writeJson(file: string, value: unknown): void {
    this.write(file, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Adds a line to a file of lines. */
  append(file: string, value: unknown): void {
    try {
      appendFileSync(join(this.path, file), `${JSON.stringify(value)}\n`);
    } catch (cause) {
      throw refused(join(this.name, file), cause);
    }
  }

  /** Removes a file that may be there, and the folder within the run that it stood in. */
  remove(file: string): void {
    const path = join(this.path, file);
    rmSync(path, { force: true });
    const within = dirname(path);
    if (within !== this.path) rmSync(within, { recursive: true, force: true });
  }

  /** Removes what was made, when the run comes to nothing. */
  discard(): void {
    for (const file of [...Object.values(runFiles), findingsFile, reportFile, checkpointFile])
      this.remove(file);
    const { path } = this;
    for (
      let folder = path;
      this.#made !== undefined && folder.startsWith(this.#made);
      folder = dirname(folder)
    ) {
      if (readdirSync(folder).length > 0) return;
      rmdirSync(folder);
    }
  }

  #put(file: string, content: string | Uint8Array): void {
    const path = join(this.path, file);
    if (dirname(path) !== this.path && !existsSync(dirname(path))) mkdirSync(dirname(path));
    writeWhole(path, content);
  }
}

/**
 * Makes a folder and those it lies in; gives the topmost that was made. One at a time: Node's own recursive form never
 * returns where the system denies folders as missing, as /proc does.
 */
function makeFolders(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder))
    missing.unshift(folder);
  for (const folder of missing) mkdirSync(folder);
  if (missing.length === 0 && !statSync(path).isDirectory()) throw new Error(`${path} is a file`);
  return missing[0];
}

/** Writes a file under a temporary name, syncs it and renames it: under its own name it is whole, or as it was before. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.writing`);
  const descriptor = openSync(temporary, "w");
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}

function refused(name: string, cause: unknown): PlumbError {
  if (cause instanceof PlumbError) return cause;
  return new PlumbError(
    "PL5001",
    {
      asked: `Writing to ${name} was asked for`,
      arrived: `The system refused: ${(cause as Error).message}`,
      why: "A run that cannot be kept is not begun",
      fix: "Give another folder with --out, or the right to write there",
    },
    { cause },
  );
}

/**
 * Reads a file of a finished run.
 *
 * Errors: PL5002 when the folder or the file is not there.
 */
export function readRunFile(name: string, cwd: string, file: string): Uint8Array {
  const path = resolve(cwd, name);
  try {
    return readFileSync(join(path, file));
  } catch (cause) {
    const arrived = !existsSync(path)
      ? "There is no such folder"
      : existsSync(join(path, runFiles.run))
        ? `It has no ${file}; its training may not have come to an end`
        : `It has no ${runFiles.run}`;
    throw new PlumbError(
      "PL5002",
      {
        asked: `Reading the run in ${name} was asked for`,
        arrived,
        why: "A run is the folder that plumb train writes",
        fix: "Give the folder that plumb train named in its last lines, such as runs/penguins-species",
      },
      { cause },
    );
  }
}

/** Reads a JSON file of a finished run; errors as `readRunFile`. */
export function readRunJson<T>(name: string, cwd: string, file: string): T {
  const text = new TextDecoder().decode(readRunFile(name, cwd, file));
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new PlumbError(
      "PL5002",
      {
        asked: `Reading ${join(name, file)} was asked for`,
        arrived: `It is not JSON: ${(cause as Error).message}`,
        why: "The file was changed after training",
        fix: "Train again, or restore the run from a copy",
      },
      { cause },
    );
  }
}

/** The lines of a file of lines; of a run that was killed, those that are whole. */
export function readLines<T>(name: string, cwd: string, file: string): T[] {
  const text = new TextDecoder().decode(readRunFile(name, cwd, file));
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
