import { expect, test } from "vitest";
import { camelCase, didYouMean, nearest, snakeCase, spellings } from "./names.ts";

test("snake_case is Keras's, odd names included", () => {
  const pairs = {
    MeanSquaredError: "mean_squared_error",
    KLDivergence: "kl_divergence",
    IoU: "io_u",
    F1Score: "f1_score",
  };
  for (const [name, snake] of Object.entries(pairs)) expect(snakeCase(name)).toBe(snake);
  expect(snakeCase("sum_over_batch_size")).toBe("sum_over_batch_size");
});

test("camelCase of any spelling is the same", () => {
  for (const name of ["KLDivergence", "kl_divergence", "klDivergence"])
    expect(camelCase(name)).toBe("klDivergence");
  expect(spellings("KLDivergence", ["kld"])).toEqual([
    "KLDivergence",
    "kl_divergence",
    "klDivergence",
    "kld",
  ]);
});

test("the nearest name is the one with the fewest edits, and none when all are far", () => {
  expect(nearest("binary_crossentrpy", ["mse", "binary_crossentropy", "categorical_crossentropy"])).toBe(
    "binary_crossentropy",
  );
  expect(nearest("survived", ["age", "fare"])).toBeUndefined();
  expect(didYouMean("Adm", ["SGD", "Adam"])).toBe('Did you mean "Adam"? ');
  expect(didYouMean("xyzzy", ["Adam"])).toBe("");
  expect(nearest("lr", ["l2", "learningRate"].values())).toBe("learningRate");
});
