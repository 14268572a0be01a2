import type { Page } from "@playwright/test";

import { call, clinic, coffee } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

const menu = `/admin/${coffee.slug}/menu`;

/** The names of a category's items, in order. */
function items(page: Page, category: string) {
  return page.getByRole("region", { name: category, exact: true }).getByRole("listitem").getByRole("link");
}

test("a price that was just changed is what the next caller hears", async ({ staff }) => {
  await staff.goto(menu);
  await hydrated(staff);
  await staff.getByRole("link", { name: "Latte", exact: true }).click();
  await staff.getByLabel("Size 3: price").fill("6.35");
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff.getByText("Saved. The next caller who asks hears it.")).toBeVisible();
  await expect(staff.getByText("Large $6.35")).toBeVisible();

  const said = await call(coffee.number, "--text", "How much is a large latte?").over;
  expect(said).toMatch(/six dollars and thirty-five cents|\$6\.35/i);
});

test("items and categories are put in order by keyboard, and the focus goes with them", async ({ staff }) => {
  await staff.goto(menu);
  await hydrated(staff);
  const category = (await staff.getByRole("heading", { level: 2 }).first().innerText()).trim();
  const before = await items(staff, category).allInnerTexts();

  const down = staff.getByRole("button", { name: `Move ${before[0]} down` });
  await down.focus();
  await staff.keyboard.press("Enter");
  await expect(items(staff, category).first()).toHaveText(before[1]);
  await expect(items(staff, category).nth(1)).toHaveText(before[0]);
  await expect(down).toBeFocused();
  await staff.getByRole("button", { name: `Move ${before[0]} up` }).press("Enter");
  await expect(items(staff, category).first()).toHaveText(before[0]);
});

test("an item is dragged to another place", async ({ staff }) => {
  await staff.goto(menu);
  await hydrated(staff);
  const category = (await staff.getByRole("heading", { level: 2 }).first().innerText()).trim();
  const [first, second, third] = await items(staff, category).allInnerTexts();
  const row = (name: string) => staff.getByRole("listitem").filter({ has: staff.getByRole("link", { name, exact: true }) });

  await row(first).locator("[draggable]").dragTo(row(third));
  await expect(items(staff, category).nth(2)).toHaveText(first);
  await expect(items(staff, category).first()).toHaveText(second);
  await row(first).locator("[draggable]").dragTo(row(second));
  await expect(items(staff, category).first()).toHaveText(first);
});

test("many prices are changed after a look, and not when they changed meanwhile", async ({ staff, context, complaints }) => {
  const address = `${menu}/prices`;
  const colleague = await context.newPage();
  for (const page of [staff, colleague]) {
    await page.goto(address);
    await hydrated(page);
    await page.getByLabel("How much").fill("10");
    await page.getByLabel("By").selectOption("percent");
    await page.getByLabel("Round to").selectOption("10");
    await page.getByRole("button", { name: "Show the new prices" }).click();
  }
  const croissant = staff.getByRole("row", { name: /croissant/i }).first();
  await expect(croissant).toContainText("$3.95");
  await expect(croissant).toContainText("$4.30");
  await staff.getByRole("button", { name: /^Change \d+ prices$/ }).click();
  await expect(staff.getByText(/prices have changed/)).toBeVisible();
  await expect(staff.getByText("$4.30").first()).toBeVisible();

  await colleague.getByRole("button", { name: /^Change \d+ prices$/ }).click();
  await expect(colleague.getByRole("alert")).toContainText("changed since you looked");
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/409.*\/rpc\/apply_prices/)]);
});

test("an item that is deleted comes back by an undo; a name that is taken is told at its field", async ({ staff, complaints }) => {
  await staff.goto(`${menu}/items/new`);
  await hydrated(staff);
  await staff.getByLabel("Name", { exact: true }).fill("Dog biscuit");
  await staff.getByLabel("Allergens").fill("gluten, peanuts");
  await staff.getByLabel("Size 1: price").fill("a lot");
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff.getByRole("alert")).toContainText("Write a price, for instance 4.50.");
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/save_item/)]);
  await staff.getByLabel("Size 1: price").fill("2,50");
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff.getByText("Contains gluten, peanuts")).toBeVisible();

  await staff.getByRole("button", { name: "Delete Dog biscuit" }).click();
  await expect(staff.getByRole("status").filter({ hasText: "The item is deleted" })).toBeVisible();
  await expect(staff.getByRole("link", { name: "Dog biscuit" })).toHaveCount(0);
  await expectNoBarriers(staff);
  await staff.getByRole("button", { name: "Undo" }).click();
  await expect(staff.getByRole("link", { name: "Dog biscuit" })).toBeVisible();
});

test("the menu is not there where the pack is off", async ({ staff, complaints }) => {
  await staff.goto(`/admin/${clinic.slug}/menu`);
  await expect(staff.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  const rail = staff.getByRole("navigation", { name: "Pages" });
  await expect(rail.getByRole("link", { name: "Outbox" })).toBeVisible();
  await expect(rail.getByRole("link", { name: "Menu", exact: true })).toHaveCount(0);
  complaints.splice(0); // The browser tells of the 404.
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a category is added, an extra changed, an item moved", async ({ staff }) => {
    await staff.goto(menu);
    await staff.getByLabel("Name of the new category").fill("Seasonal");
    await staff.getByRole("button", { name: "Add" }).click();
    await expect(staff.getByRole("heading", { name: "Seasonal" })).toBeVisible();
    await staff.getByRole("button", { name: "Move Seasonal up" }).click();
    await expect(staff.getByRole("heading", { level: 2 }).last()).not.toHaveText("Seasonal");

    await staff.goto(`${menu}/extras`);
    await staff.locator("summary[aria-label='Change Oat milk']").click();
    const row = staff.getByRole("listitem").filter({ hasText: "Oat milk" });
    await row.getByLabel(/Price/).fill("0.85");
    await row.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("listitem").filter({ hasText: "Oat milk" })).toContainText("$0.85");
  });
});
