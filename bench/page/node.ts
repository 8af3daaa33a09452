/** Measures in Node what the page measures: asked by its parent process. */
import { measure } from "./works.ts";

interface Question {
  readonly name: string;
  readonly milliseconds: number;
  readonly threads: number;
}

process.on("message", ({ name, milliseconds, threads }: Question) => {
  void measure(name, milliseconds, threads).then((result) => process.send?.(result));
});
