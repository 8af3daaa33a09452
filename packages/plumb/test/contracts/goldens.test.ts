import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { goldensFolder, goldensMissing } from "../support/goldens.ts";
import { rooms } from "../goldens/rooms/index.ts";
import { casesOf, judge } from "../goldens/run.ts";

/**
 * Numbers from outside: what `npm run goldens` counts. No case may fail. The small set by hand shows its arithmetic and
 * is always there; the large one was recorded from Keras, and is read where it lies beside the repository.
 */
const byHand = fileURLToPath(new URL("../goldens/by-hand/", import.meta.url));

describe.each([
  ["by hand", byHand, undefined],
  [
    `recorded from Keras${goldensMissing ? ` (skipped: ${goldensMissing})` : ""}`,
    goldensFolder,
    goldensMissing,
  ],
] as const)("%s", (_title, folder, missing) => {
  const found = rooms.flatMap((room) => {
    const cases = missing ? [] : (casesOf(room, folder) ?? []);
    return cases.length > 0 ? [{ room, cases }] : [];
  });

  test.skipIf(missing)("there are cases, and their ids are unique", () => {
    expect(found.length).toBeGreaterThan(5);
    for (const { cases } of found) expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  describe.each(found.map((one) => [one.room.name, one] as const))("%s", (_room, { room, cases }) => {
    test.each(cases.map((one) => [one.id, one] as const))("%s", async (_id, one) => {
      const { status, why } = await judge(room, one);
      expect(status === "failed" ? why : undefined).toBeUndefined();
      if (folder === byHand) expect(status).toBe("passed");
    });
  });
});
