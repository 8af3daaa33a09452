/** Sums of products, written as Einstein did: an axis that is named on the left only is summed over. */
import { isFloat } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { commonDtype } from "./broadcasting.ts";
import { asTensor, derived, type TensorLike } from "./operand.ts";
import type { Tensor } from "./tensor.ts";

/** An operand whose axes have names, all different: letters, and numbers for those of an ellipsis (0 is the last). */
interface Named {
  readonly node: Node;
  readonly names: readonly string[];
}

const misread = (equation: string, why: string, fix = 'write it as "ij,jk->ik"'): PlumbError =>
  new PlumbError("PL1014", { asked: `einsum by the equation "${equation}"`, why, fix });

/**
 * Sums of products by an equation that names the axes: `"ij,jk->ik"` is the matrix product. Names before `->` are those of
 * the operands' axes, names after it those of the result; what is not among these is summed over, and operands share the
 * axes whose names they share.
 *
 * `...` stands for any further axes, which broadcast. A name twice in one operand takes its diagonal. Without `->` the
 * result has the names that occur once, in alphabetical order, as in NumPy. Products are float32: int32 and bool are
 * converted, as in `matmul`. More than two operands are multiplied from left to right.
 *
 * Errors: PL1014 for what is no equation, or one of other operands; PL1010 where axes of one name differ in extent.
 *
 * @example
 * einsum("bij,bjk->bik", ones([5, 2, 3]), ones([5, 3, 4])).shape; // [5, 2, 4]
 * einsum("ii", [[1, 2], [3, 4]]); // the trace: 5
 */
export function einsum(equation: string, ...operands: readonly TensorLike[]): Tensor {
  const tensors = operands.map((x) => asTensor(x));
  const { inputs, output } = namesIn(
    equation,
    tensors.map(({ shape }) => shape),
  );
  const named = tensors.map(({ node }, i) => diagonal(node, inputs[i]));
  const product = namedProduct(broadcastTogether(equation, named), output);
  return derived(product, tensors, 12 * tensors.length);
}

/** The names of the axes of each operand and of the result. */
function namesIn(
  equation: string,
  shapes: readonly Shape[],
): { readonly inputs: readonly (readonly string[])[]; readonly output: readonly string[] } {
  const sides = equation.replaceAll(/\s/g, "").split("->");
  const terms = sides[0].split(",");
  if (
    sides.length > 2 ||
    ![...terms, sides[1] ?? ""].every((term) => /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term))
  )
    throw misread(
      equation,
      "it has letters, at most one ... for each operand, commas between operands, and one ->",
    );
  if (terms.length !== shapes.length)
    throw misread(
      equation,
      `it names the axes of ${terms.length} operands, and ${shapes.length} are given`,
      "give the operands that the equation names, in its order",
    );
  const inputs = terms.map((term, i) => {
    const rest = shapes[i].length - term.replace("...", "").length;
    if (rest < 0 || (rest > 0 && !term.includes("...")))
      throw misread(
        equation,
        `"${term}" does not name the axes of an operand of shape ${showShape(shapes[i])}`,
        "name every axis of it, or write ... for those that need no name",
      );
    return spelled(term, rest);
  });
  const all = inputs.flat();
  const deepest = Math.max(0, ...all.filter((name) => isElided(name)).map((name) => Number(name) + 1));
  const once = [...new Set(all)].filter(
    (name) => !isElided(name) && all.indexOf(name) === all.lastIndexOf(name),
  );
  const output = spelled(sides[1] ?? `...${once.sort().join("")}`, deepest);
  const stray = output.find((name, i) => !all.includes(name) || output.indexOf(name) !== i);
  if (stray !== undefined)
    throw misread(equation, `the result names "${stray}" twice, or without an operand that has it`);
  if (sides[1] !== undefined && deepest > 0 && !sides[1].includes("..."))
    throw misread(equation, "an operand has ..., and the result has not", "write ... in the result too");
  return { inputs, output };
}

const isElided = (name: string): boolean => /^\d/.test(name);

/** Letters, with `rest` numbers in the place of the ellipsis, counted down to 0. */
function spelled(term: string, rest: number): string[] {
  const [before, after] = term.split("...");
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: rest }, (_, i) => String(rest - 1 - i)), ...after];
}

/** An operand with each name once: of an axis that is named twice, the places where both agree. */
function diagonal(node: Node, names: readonly string[]): Named {
  const second = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (second < 0) return { node, names };
  const first = names.indexOf(names[second]);
  const [n, m] = [node.shape[first], node.shape[second]];
  if (n !== m) throw differing(names[first], n, m);
  const rest = [...names.keys()].filter((axis) => axis !== first && axis !== second);
  const lead = rest.map((axis) => node.shape[axis]);
  // Row-major, the diagonal of a square stands in steps of n + 1.
  const square = g.reshape(g.transpose(node, [...rest, first, second]), [...lead, n * n]);
  const line = g.slice(square, [...lead.map(() => 0), 0], [...lead, n], [...lead.map(() => 1), n + 1]);
  return diagonal(line, [...rest.map((axis) => names[axis]), names[first]]);
}

const differing = (name: string, one: number, other: number): PlumbError =>
  new PlumbError("PL1010", {
    asked: "einsum of operands that share axes",
    arrived: `the axis "${name}" has extent ${one} in one place and ${other} in another`,
    why: "axes of one name are walked together",
    fix: "give other names to axes that do not belong together, or reshape an operand",
  });

/** Elided axes of extent 1 are left out where another operand has more; all other axes of one name must agree. */
function broadcastTogether(equation: string, operands: readonly Named[]): readonly Named[] {
  const extents = new Map<string, number>();
  for (const { node, names } of operands)
    names.forEach((name, axis) => {
      const [known, extent] = [extents.get(name), node.shape[axis]];
      const free = isElided(name) && (known === 1 || extent === 1);
      if (known !== undefined && known !== extent && !free)
        throw differing(isElided(name) ? `... of ${equation}` : name, known, extent);
      if (known === undefined || known === 1) extents.set(name, extent);
    });
  return operands.map(({ node, names }) => {
    const kept = [...names.keys()].filter((axis) => node.shape[axis] === extents.get(names[axis]));
    return {
      node: g.reshape(
        node,
        kept.map((axis) => node.shape[axis]),
      ),
      names: kept.map((axis) => names[axis]),
    };
  });
}

/** The operands multiplied from left to right, and summed over what the result does not name. */
function namedProduct([first, ...others]: readonly Named[], output: readonly string[]): Node {
  let product = first;
  others.forEach((next, i) => {
    const later = others.slice(i + 1).flatMap(({ names }) => names);
    product = pairProduct(product, next, new Set([...output, ...later]), output);
  });
  return arranged(onlyNamed(product, new Set(output)), output);
}

/** Summed over the axes that nobody asks for any more. */
function onlyNamed({ node, names }: Named, wanted: ReadonlySet<string>): Named {
  const gone = [...names.keys()].filter((axis) => !wanted.has(names[axis]));
  return { node: g.sum(node, gone), names: names.filter((name) => wanted.has(name)) };
}

const arranged = ({ node, names }: Named, order: readonly string[]): Node =>
  g.transpose(
    node,
    order.map((name) => names.indexOf(name)),
  );

function pairProduct(a: Named, b: Named, wanted: ReadonlySet<string>, output: readonly string[]): Named {
  const dtype = commonDtype([a.node, b.node]);
  const floating = ({ node, names }: Named): Named => ({
    node: g.cast(node, isFloat(dtype) ? dtype : "float32"),
    names,
  });
  const left = onlyNamed(floating(a), new Set([...wanted, ...b.names]));
  const right = onlyNamed(floating(b), new Set([...wanted, ...a.names]));
  const place = (name: string): number => output.indexOf(name);
  const inOrder = (names: readonly string[]): string[] => [...names].sort((x, y) => place(x) - place(y));
  const shared = left.names.filter((name) => right.names.includes(name));
  const batch = inOrder(shared.filter((name) => wanted.has(name)));
  const inner = shared.filter((name) => !wanted.has(name));
  const rows = inOrder(left.names.filter((name) => !shared.includes(name)));
  const columns = inOrder(right.names.filter((name) => !shared.includes(name)));
  // The operand whose axes come first in the result gives its rows, so that the result need not be transposed.
  if (rows.length > 0 && columns.length > 0 && place(columns[0]) < place(rows[0]))
    return pairProduct(b, a, wanted, output);
  const x = arranged(left, [...batch, ...rows, ...inner]);
  const y = arranged(right, [...batch, ...inner, ...columns]);
  const names = [...batch, ...rows, ...columns];
  if (inner.length > 0)
    return { node: g.contract(x, y, { batch: batch.length, inner: inner.length }), names };
  const shape = [...x.shape, ...y.shape.slice(batch.length)];
  const spread = [...y.shape.slice(0, batch.length), ...rows.map(() => 1), ...y.shape.slice(batch.length)];
  const node = g.mul(
    g.broadcast(g.reshape(x, [...x.shape, ...columns.map(() => 1)]), shape),
    g.broadcast(g.reshape(y, spread), shape),
  );
  return { node, names };
}
