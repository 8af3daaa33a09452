import { expect, it, vi } from "vitest";
import { printed } from "./run.ts";

it.each(["digits-cnn.mjs", "digits-autoencoder.mjs", "names-gru.mjs", "names-transformer.mjs"])(
  "%s says which file it wants, and ends, where there is none",
  async (program) => {
    const lines: string[] = [];
    const error = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(line));
    const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    await expect(printed(program, "/no/such.file")).rejects.toThrow("exit 1");
    const wanted = program.startsWith("digits") ? "digits.csv.gz" : "names.txt";
    expect(lines.join("\n")).toMatch(/^There is no \/no\/such\.file\. What is wanted is .*\brepository of\b/);
    expect(lines.join("\n")).toMatch(
      new RegExp(`node .*/${program} path/to/${wanted.replaceAll(".", "\\.")}`),
    );
    error.mockRestore();
    exit.mockRestore();
  },
);
