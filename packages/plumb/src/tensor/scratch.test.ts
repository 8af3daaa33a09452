import { it } from "vitest";
import * as P from "./index.ts";
import { layOut, encode } from "./structure.ts";
import { g } from "../ops/builder.ts";
import { dataNode } from "./tensor.ts";
it("x", () => {
  const { tensor, valueAndGrad, Variable, assignAll, compile, scalar } = P;
  // wide-ish graph of 2000 nodes
  const mk = () => { let a = dataNode(new Float32Array(4),[4],"float32"); const b = g.exp(a); for (let i=0;i<1000;i++) { a = g.add(g.mul(a,b), b); } return a; };
  for (let r=0;r<6;r++){ const t=performance.now(); const n = mk(); const t1=performance.now(); const l = layOut([n]); const t2=performance.now(); encode(l); const t3=performance.now(); console.log("build",(t1-t).toFixed(2),"layout",(t2-t1).toFixed(2),"encode",(t3-t2).toFixed(2), l.order.length); }
  const w = new Variable([[0],[0],[0]]);
  const x = tensor(Array.from({length:32},(_, i)=>[i/32,(i%5)/5,1])), y = tensor(Array.from({length:32},(_, i)=>[(i*7)%3]));
  const step = (rate: P.Tensor|number) => { const {value, grads} = valueAndGrad((v: P.Variable)=> x.matmul(v).sub(y).square().mean())(w); assignAll(()=>[[w, w.sub(grads[0].mul(rate))]]); return value; };
  for (let i=0;i<2000;i++) step(0.01);
  let t=performance.now(); for (let i=0;i<5000;i++) step(0.01); console.log("eager us/step", (performance.now()-t)/5);
  const c = compile(step); const r = scalar(0.01);
  for (let i=0;i<2000;i++) c(r);
  t=performance.now(); for (let i=0;i<50000;i++) c(r); console.log("compiled us/step", (performance.now()-t)/50);
  const tr = P.trace(step as any, [{shape:[],dtype:"float32"}]);
  for (let i=0;i<2000;i++) tr.run(0.01);
  t=performance.now(); for (let i=0;i<50000;i++) tr.run(0.01); console.log("traced us/step", (performance.now()-t)/50);
}, 100000);
