// The today board: a tap, and the caller who is on the line hears of it.
import { type Page } from "@playwright/test";

import { call, clinic, coffee, golf } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

const board = `/admin/${coffee.slug}/today`;
const onNow = (page: Page) => page.locator("section", { has: page.getByRole("heading", { name: "On now" }) });

test("what is gone is marked during a call, and the caller's next answer says so", async ({ staff, context }) => {
  test.setTimeout(150_000);
  const watching = await context.newPage();
  await watching.goto(`/admin/${coffee.slug}/live`);
  await staff.goto(board);
  await hydrated(staff);
  const question = "How much is a large oat latte?";
  const { over } = call(coffee.number, "--text", question, "--text", question);
  await expect(watching.getByRole("log")).toContainText(/with oat milk is/, { timeout: 60_000 });

  await staff.getByLabel("Find what is gone").fill("oat m");
  await staff.getByRole("button", { name: "Sold out: Oat milk" }).click();
  await expect(staff.getByText(/Callers hear: .We are out of oat milk today/)).toBeVisible();
  await expect(onNow(staff)).toContainText("We are out of oat milk today.");
  await expect(onNow(staff)).toContainText("Dana Demo");

  expect(await over).toContain("We are out of oat milk today.");

  const colleague = await context.newPage();
  await colleague.goto(board);
  await staff.getByRole("button", { name: /Take off: We are out of oat milk/ }).click();
  await expect(onNow(staff)).toContainText("Nothing is different today");
  await expect(onNow(colleague), "what has ended leaves a page that is open").toContainText("Nothing is different today", { timeout: 10_000 });
  await staff.getByRole("button", { name: "Undo" }).last().click();
  await expect(onNow(staff)).toContainText("We are out of oat milk today.");
  await staff.getByRole("button", { name: /Take off: We are out of oat milk/ }).click();
  await expect(onNow(staff)).toContainText("Nothing is different today");
});

test("chips follow the packs", async ({ staff }) => {
  const chips = async (slug: string) => {
    await staff.goto(`/admin/${slug}/today`);
    return staff.getByRole("navigation", { name: "What is different" }).getByRole("link").allInnerTexts();
  };
  expect(await chips(golf.slug)).toContain("Frost delay");
  expect(await chips(clinic.slug)).toEqual(["Closing early", "Opening late", "Something else"]);
});

test("own words are said as they are, and nothing stands in the way", async ({ staff }) => {
  await staff.goto(`/admin/${clinic.slug}/today?put=custom`);
  await hydrated(staff);
  await staff.getByLabel("What should callers know?").fill("The elevator is out of order");
  await staff.getByRole("button", { name: "Put up" }).click();
  await expect(onNow(staff)).toContainText("The elevator is out of order.");
  await expect(staff.getByLabel("What should callers know?")).toHaveValue("");
  await expectNoBarriers(staff);
  await staff.getByRole("button", { name: /Take off/ }).click();
  await expect(onNow(staff)).toContainText("Nothing is different today");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a notice is put up and taken off", async ({ staff }) => {
    await staff.goto(`/admin/${golf.slug}/today?put=frost_delay`);
    await staff.getByLabel(/Play begins at/).fill("09:30");
    await staff.getByRole("button", { name: "Put up" }).click();
    await expect(onNow(staff)).toContainText("There is a frost delay today: play begins at nine thirty in the morning.");
    await staff.getByRole("button", { name: /Take off/ }).click();
    await expect(onNow(staff)).toContainText("Nothing is different today");
  });

  test("something is marked as sold out", async ({ staff }) => {
    await staff.goto(board);
    await staff.getByRole("button", { name: "Sold out: Butter Croissant" }).click();
    await expect(onNow(staff)).toContainText("We are out of Butter Croissant today.");
    await staff.getByRole("button", { name: /Take off/ }).click();
    await expect(onNow(staff)).toContainText("Nothing is different today");
  });
});
