/** Text as HTML. */

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as a page shows it, whatever it holds. */
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign]);

/** A table: the first row is its head, the first cell of each row names it. Cells are HTML. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const line = (cells: readonly string[], of: "th" | "td"): string =>
    `<tr><th scope="${of === "th" ? "col" : "row"}">${cells[0]}</th>${cells
      .slice(1)
      .map((cell) => (of === "th" ? `<th scope="col">${cell}</th>` : `<td>${cell}</td>`))
      .join("")}</tr>`;
  return `<div class="wide"><table><thead>${line(head, "th")}</thead><tbody>${body
    .map((cells) => line(cells, "td"))
    .join("\n")}</tbody></table></div>`;
}

export const list = (items: readonly string[]): string =>
  items.length === 0 ? "" : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}</ul>`;
