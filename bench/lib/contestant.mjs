// One rival in a process of its own: it shares neither heap, nor compiled code, nor threads with the others.
//
// The protocol: a line of JSON in, a line of JSON out. First comes the task, and the answer says how it will be done;
// then numbers of steps, and each answer has the loss of the last step and the time of all, in milliseconds: by the clock,
// and of all processors together. An answer { cannot } says why not.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { rivals } from "./rivals.mjs";
import { lineOf } from "./task.mjs";

/** @typedef {{ threads: number, note?: string }} Way */
/** @typedef {{ loss: number, ms: number, cpu: number }} Report */

/** A rival cannot do this work; the message says why. The others go on without it. */
export class Cannot extends Error {}

export class Contestant {
  /** Whoever waits for the next line. @type {{ resolve: (answer: any) => void, reject: (why: Error) => void } | undefined} */
  #waiting;
  /** Why no more lines will come. @type {Cannot | undefined} */
  #ended;

  /** @param {string} name */
  constructor(name) {
    const { command, args, absent } = rivals[name];
    if (!command) throw new Cannot(absent);
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
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

  /** @param {import("./task.mjs").Task} task @returns {Promise<Way>} */
  begin(task) {
    return this.#ask(lineOf(task));
  }

  /** @param {number} steps @returns {Promise<Report>} */
  train(steps) {
    return this.#ask(String(steps));
  }

  /** @param {string} question @returns {Promise<any>} */
  #ask(question) {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting = { resolve, reject };
      this.process.stdin.write(`${question}\n`);
    });
  }

  stop() {
    this.process.kill();
  }
}
