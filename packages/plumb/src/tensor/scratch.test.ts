import { it } from "vitest";
import * as P from "./index.ts";
import { threefry2x32 } from "../base/seed.ts";
it("x", () => {
  for (let s = 1; s < 6; s++) console.log(P.random.permutation(10,{seed: s}).dataSync().join(), P.random.uniform([10],{seed: s}).dataSync().map(x=>Math.round(x*100)).join(), P.random.uniform([10],{seed: s}).argsort().dataSync().join());
  console.log(Array.from({length:10},(_, i) => threefry2x32(1,0,0,i)[0]).join());
});
