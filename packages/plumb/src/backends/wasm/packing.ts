/** Copies the right operand of a product into panels, zeros behind the last column. */
import { sizeOf } from "../../base/shape.ts";
import { parameters } from "./kernel-function.ts";
import { panelWidth, type ProductAddresses } from "./product-layout.ts";

/** Units are panels, of each batch where the operand differs. Returns their number. */
export function writePacking(at: ProductAddresses): number {
  const { fn, product, panels, panelBytes, packedAxes } = at;
  const { f } = fn;
  const unit = f.local("i32");
  f.get(parameters.begin).set(unit);
  fn.countUp(unit, { local: parameters.end }, 1, () => {
    const [panel, target] = [f.local("i32"), f.local("i32")];
    f.get(unit).i32(panels).op("i32.rem_u").set(panel);
    const source = at.start(product.b, at.counters(unit, panels, packedAxes));
    fn.scaled(panel, panelWidth * product.b.line * 4)
      .get(source)
      .op("i32.add")
      .set(source);
    fn.scaled(unit, panelBytes).get(at.packedBase).op("i32.add").set(target);
    const tail = product.n % panelWidth;
    if (tail === 0) return packPanel(at, source, target, panelWidth);
    f.get(panel)
      .i32(panels - 1)
      .op("i32.eq");
    f.if(
      () => packPanel(at, source, target, tail),
      () => packPanel(at, source, target, panelWidth),
    );
  });
  return panels * sizeOf(packedAxes.map((d) => product.batch[d]));
}

/** Row after row of `columns` columns, in the order of the inner loops. Moves both pointers. */
function packPanel(at: ProductAddresses, source: number, target: number, columns: number): void {
  const { f } = at.fn;
  const { inner, b } = at.product;
  const last = inner.length - 1;
  const loop = (d: number): void => {
    const left = f.local("i32");
    f.i32(inner[d]).set(left);
    f.loop((again) => {
      if (d === last) packRow(at, source, target, columns);
      else loop(d + 1);
      const walked = d === last ? 0 : b.inner[d + 1] * inner[d + 1];
      f.get(source)
        .i32((b.inner[d] - walked) * 4)
        .op("i32.add")
        .set(source);
      f.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
    f.release(left);
  };
  loop(0);
}

function packRow({ fn, product }: ProductAddresses, source: number, target: number, columns: number): void {
  const { f, lanes } = fn;
  const { line } = product.b;
  const vector = f.local("v128");
  const zero = lanes.constant(0, "float32").local;
  for (let j = 0; j < panelWidth; j += 4) {
    const valid = Math.min(4, columns - j);
    if (line === 1 && valid === 4) {
      f.get(source)
        .load("v128.load", 4 * j)
        .set(vector);
    } else {
      f.get(zero).set(vector);
      for (let i = 0; i < valid; i++) {
        f.get(source)
          .i32((j + i) * line * 4)
          .op("i32.add");
        f.get(vector).loadLane("v128.load32_lane", i).set(vector);
      }
    }
    f.get(target)
      .get(vector)
      .store("v128.store", 4 * j);
  }
  f.get(target)
    .i32(panelWidth * 4)
    .op("i32.add")
    .set(target);
  f.release(vector);
}
