import type { Page } from "@playwright/test";

import { golf } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

/** A day next week that is not today, as addresses name it. */
function ahead(days: number): string {
  const day = new Date(Date.now() + days * 24 * 3600 * 1000);
  return day.toISOString().slice(0, 10);
}

/** A line of the sheet by its time; the same time is also a choice in other lines. */
function lineOf(page: Page, time: string) {
  return page.locator("#sheet li").filter({ has: page.locator("span.font-semibold").getByText(time, { exact: true }) });
}

const sheet = (days: number) => `/admin/${golf.slug}/tee-sheet?date=${ahead(days)}`;

test("a time is booked by hand, checked in, moved and taken off", async ({ staff, complaints }) => {
  await staff.goto(sheet(5));
  await hydrated(staff);
  const line = (time: string) => lineOf(staff, time);
  await line("11:00 am").locator("summary").filter({ hasText: "Book" }).click();
  const form = line("11:00 am").locator("details[open] form");
  await form.getByLabel("Name").fill("Nora Whitfield");
  await form.getByLabel("Players", { exact: true }).selectOption("3");
  await form.getByLabel("Telephone").fill("12");
  await form.getByRole("button", { name: "Book" }).click();
  await expect(form.getByText("Write the number with its area code")).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/book_tee/)]);
  await form.getByLabel("Telephone").fill("+1 303 555 0170");
  await form.getByRole("button", { name: "Book" }).click();
  await expect(line("11:00 am").getByText("Nora Whitfield", { exact: true })).toBeVisible();
  await expect(line("11:00 am").getByText("1 of 4 free")).toBeVisible();

  await line("11:00 am").getByRole("button", { name: "Check in: Nora Whitfield" }).click();
  await expect(line("11:00 am").getByText("Here", { exact: true })).toBeVisible();

  await line("11:00 am").locator("summary").filter({ hasText: "Change" }).click();
  await line("11:00 am").getByLabel("Time").selectOption("11:30");
  await line("11:00 am").getByRole("button", { name: "Move" }).click();
  await expect(line("11:30 am").getByText("Nora Whitfield", { exact: true })).toBeVisible();
  await expect(line("11:00 am").getByText("free", { exact: true })).toBeVisible();
  await expectNoBarriers(staff);

  await line("11:30 am").locator("summary").filter({ hasText: "Change" }).click();
  await line("11:30 am").getByRole("button", { name: "Cancel the booking of Nora Whitfield" }).click();
  await expect(staff.getByText("Nora Whitfield", { exact: true })).toHaveCount(0);
});

test("a group is dragged to another time", async ({ staff }) => {
  await staff.goto(sheet(6));
  await hydrated(staff);
  const groups = staff.locator("#sheet [draggable=true]");
  const name = await groups.first().locator("span.font-medium").first().innerText();
  const line = lineOf(staff, "10:50 am");
  // Both in sight: a page that scrolls under the mouse drops elsewhere.
  await staff.setViewportSize({ width: 1280, height: 2400 });
  await groups.first().dragTo(line, { sourcePosition: { x: 6, y: 6 } });
  await expect(line.getByText(name, { exact: true })).toBeVisible();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a time is blocked with a reason, and put on sale again", async ({ staff }) => {
    await staff.goto(sheet(5));
    const line = lineOf(staff, "11:40 am");
    await line.locator("summary").filter({ hasText: "Block" }).click();
    await line.getByLabel("Reason").fill("Aeration");
    await line.getByRole("button", { name: "Block", exact: true }).click();
    await expect(line.getByText("Aeration")).toBeVisible();
    await line.getByRole("button", { name: "Put 11:40 on sale again" }).click();
    await expect(line.getByText("Aeration")).toHaveCount(0);
  });
});
