/** Real sets that have nothing wrong with them: every word of blame is a false alarm. Without the files this is skipped. */
import { describe, expect, test } from "vitest";
import { examine, type ExamineOptions, type Finding } from "../../src/doctor/index.ts";
import { Dense, Sequential } from "../../src/index.ts";
import { prepared, readReal, realDataPresent, realSets } from "../support/real-data.ts";

if (!realDataPresent) console.log("skipped: the real sets are not there (../shared/data beside the clone)");

/** So many rows of a set are taken: the large ones have more than a test needs. */
const most = 12_000;

const titles = (findings: readonly Finding[]): string[] => findings.map(({ title }) => title);

type Prepared = ReturnType<typeof prepared>;

/** What the doctor blames, of data and how they meet a model. */
async function blamed(
  { columns, training, test: held }: Prepared,
  classes: number,
  options: Partial<ExamineOptions> = {},
): Promise<readonly Finding[]> {
  const head = classes > 0 ? new Dense(classes, { activation: "softmax" }) : new Dense(1);
  const { findings } = await examine({
    model: new Sequential([new Dense(8, { activation: "relu" }), head]),
    compile: { loss: classes > 0 ? "sparseCategoricalCrossentropy" : "meanSquaredError" },
    columns,
    data: training.data as number[][],
    labels: training.labels,
    validationSplit: 0.2,
    testData: [held.data as number[][], held.labels],
    experiments: false,
    ...options,
  });
  return findings.filter(
    ({ severity, catalogue }) => severity !== "information" && catalogue.startsWith("D"),
  );
}

describe.skipIf(!realDataPresent).each(realSets)(
  "%s, split by chance and standardised by the training rows",
  (name) => {
    const set = realDataPresent ? readReal(name) : undefined;

    test.skipIf(set === undefined)("nothing is wrong where fit draws the validation rows", async () => {
      const of = set as NonNullable<typeof set>;
      expect(titles(await blamed(prepared(of, { seed: 1, most }), of.classes, { seed: 1 }))).toEqual([]);
    });

    test.skipIf(set === undefined)("nor where they are given", async () => {
      const of = set as NonNullable<typeof set>;
      const rows = prepared(of, { seed: 2, most, validation: 0.2 });
      const validationData = [rows.validation.data as number[][], rows.validation.labels] as const;
      expect(titles(await blamed(rows, of.classes, { validationSplit: 0, validationData }))).toEqual([]);
    });
  },
);

describe.skipIf(!realDataPresent)("and what is done to them is found", () => {
  const of = async (
    name: string,
    spoil: (rows: Prepared) => Prepared | void,
    options?: Partial<ExamineOptions>,
  ) => {
    const set = readReal(name);
    const rows = prepared(set, { seed: 3, most });
    return (await blamed(spoil(rows) ?? rows, set.classes, options)).map(({ catalogue }) => catalogue);
  };
  const withColumn = (rows: Prepared, value: (row: number, label: number) => number): Prepared => {
    const add = ({ data, labels }: Prepared["training"]) => ({
      data: data.map((row, i) => [...row, value(i, labels[i])]),
      labels,
    });
    return {
      ...rows,
      columns: [...rows.columns, "added"],
      training: add(rows.training),
      test: add(rows.test),
    };
  };

  test("a column that is a thousand times as wide", async () => {
    expect(
      await of("breast_cancer", ({ training }) => {
        for (const row of training.data as number[][]) row[3] *= 1000;
      }),
    ).toContain("D3");
  });

  test("a copy of the label, and one of the amount", async () => {
    expect((await of("iris", (rows) => withColumn(rows, (_, label) => 3 * label)))[0]).toBe("D9");
    expect((await of("housing", (rows) => withColumn(rows, (_, label) => 1 - label)))[0]).toBe("D9");
  });

  test("a number for each row", async () => {
    expect((await of("housing", (rows) => withColumn(rows, (row) => row / 20_000)))[0]).toBe("D10");
  });

  test("rows sorted by label, of which the last validate", async () => {
    const sortedRows = (rows: Prepared): Prepared => {
      const { data, labels } = rows.training;
      const order = [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
      return {
        ...rows,
        training: {
          data: order.map((row) => data[row]),
          labels: Float32Array.from(order, (row) => labels[row]),
        },
      };
    };
    const last = { validationSplit: { fraction: 0.2, rule: "last" } } as const;
    expect((await of("penguins", sortedRows, last))[0]).toBe("D11");
    expect((await of("housing", sortedRows, last))[0]).toBe("D11");
  });

  test("training rows among those of the test", async () => {
    expect(
      (
        await of("digits", (rows) => ({
          ...rows,
          test: {
            data: [...rows.test.data, ...rows.training.data.slice(0, 40)],
            labels: Float32Array.of(...rows.test.labels, ...rows.training.labels.slice(0, 40)),
          },
        }))
      )[0],
    ).toBe("D8");
  });

  test("an amount in its own unit", async () => {
    expect(
      await of("diamonds, price", (rows) => ({
        ...rows,
        training: { ...rows.training, labels: rows.training.labels.map((y) => 4000 * y + 3900) },
        test: { ...rows.test, labels: rows.test.labels.map((y) => 4000 * y + 3900) },
      })),
    ).toContain("D15");
  });
});
