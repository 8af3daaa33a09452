// One rival in a process of its own: it shares neither heap, nor compiled code, nor threads with the others.
//
// The protocol: a line of JSON in, a line of JSON out. First comes the task, and the answer says how it will be done. Then
// `{ "check": n }` asks to do it n times and for numbers that all must agree on, and `{ "run": n }` to do it n times and
// nothing else. Each answer has the time that it took, in milliseconds: by the clock (`ms`), and of all processors together
// (`cpu`). An answer { cannot } says why not.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { rivals } from "./rivals.mjs";

/** @typedef {{ ms: number, cpu: number }} Time */
/** @typedef {Time & { threads: number, version: string, mode?: string, note?: string }} Way */
/** @typedef {Time & { values: number[] }} Answer */

/** A rival cannot do this work; the message says why. The others go on without it. */
export class Cannot extends Error {}

export class Contestant {
  /** Whoever waits for the next line. @type {{ resolve: (answer: any) => void, reject: (why: Error) => void } | undefined} */
  #waiting;
  /** Why no more lines will come. @type {Cannot | undefined} */
  #ended;

  /** @param {string} name @param {string} job */
  constructor(name, job) {
    const { command, args } = rivals[name];
    this.process = spawn(command, [...args, job], { stdio: ["pipe", "pipe", "pipe"] });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      const { cannot, ...answer } = JSON.parse(line);
      if (cannot === undefined) this.#waiting?.resolve(answer);
      else this.#waiting?.reject(new Cannot(cannot));
    });
    let said = "";
    this.process.stderr.on("data", (/** @type {Buffer} */ text) => (said = `${said}${text}`.slice(-1000)));
    this.process.stdin.on("error", () => {}); // it has ended, which `close` tells
    this.process.on("error", (error) => this.#end(error.message));
    this.process.on("close", (code, signal) =>
      this.#end(`it ended with ${signal ?? `code ${code}`}. ${said.trim().split("\n").at(-1)}`),
    );
  }

  /** @param {string} why */
  #end(why) {
    this.#ended ??= new Cannot(why);
    this.#waiting?.reject(this.#ended);
  }

  /** @param {string} line  of the task @param {number} seconds  to wait for the answer @returns {Promise<Way>} */
  begin(line, seconds) {
    return this.#ask(line, seconds);
  }

  /** @param {number} times @param {number} seconds @returns {Promise<Answer>} */
  check(times, seconds) {
    return this.#ask(JSON.stringify({ check: times }), seconds);
  }

  /** @param {number} times @param {number} seconds @returns {Promise<Time>} */
  run(times, seconds) {
    return this.#ask(JSON.stringify({ run: times }), seconds);
  }

  /** @param {string} question @param {number} seconds @returns {Promise<any>} */
  async #ask(question, seconds) {
    if (this.#ended) throw this.#ended;
    const timer = setTimeout(() => {
      this.#end(`no answer within ${seconds} s`);
      this.stop();
    }, 1000 * seconds);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.process.stdin.write(`${question}\n`);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  stop() {
    this.process.kill("SIGKILL"); // there is nothing to save, and TensorFlow takes its time to leave
  }
}
