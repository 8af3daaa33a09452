import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readDoors, undocumented, type PublicName } from "../../../../scripts/docs/names.ts";

/**
 * The names a caller can import, read from each door by the compiler. `surface.md` is the list to read and to review:
 * a name that comes or goes shows up in the diff. After a change on purpose: `npx vitest run surface -u`.
 */
const doors = readDoors(fileURLToPath(new URL("../../", import.meta.url)));

function listing(names: readonly PublicName[]): string {
  const rooms = [...new Set(names.map(({ room }) => room))].sort();
  return rooms
    .map((room) => {
      const lines = names.filter((n) => n.room === room).map(({ kind, name }) => `- ${kind} \`${name}\``);
      return `### ${room}\n\n${lines.sort().join("\n")}\n`;
    })
    .join("\n");
}

describe.each(doors)("$door", (door) => {
  test("exports something", () => {
    expect(door.names.length, door.door).toBeGreaterThan(0);
  });

  test("every public name says in a first sentence what it does", () => {
    expect(undocumented(door)).toEqual([]);
  });
});

test("surface.md lists what the doors export", async () => {
  const text = doors.map(({ door, names }) => `## \`${door}\`\n\n${listing(names)}`).join("\n");
  await expect(`# The public names\n\n${text}`).toMatchFileSnapshot("../../surface.md");
});
