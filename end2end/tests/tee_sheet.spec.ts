import { golf } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

/** A day next week that is not today, as addresses name it. */
function ahead(days: number): string {
  const day = new Date(Date.now() + days * 24 * 3600 * 1000);
  return day.toISOString().slice(0, 10);
}

const sheet = (days: number) => `/admin/${golf.slug}/tee-sheet?date=${ahead(days)}`;

test("a time is booked by hand, checked in, moved and taken off", async ({ staff }) => {
  await staff.goto(sheet(5));
  await hydrated(staff);
  const line = (time: string) => staff.locator("#sheet li").filter({ has: staff.getByText(time, { exact: true }) });
  await line("11:00 am").locator("summary").filter({ hasText: "Book" }).click();
  const form = line("11:00 am").locator("details[open] form");
  await form.getByLabel("Name").fill("Nora Whitfield");
  await form.getByLabel("Players", { exact: true }).selectOption("3");
  await form.getByLabel("Telephone").fill("12");
  await form.getByRole("button", { name: "Book" }).click();
  await expect(form.getByText("Write the number with its area code")).toBeVisible();
  await form.getByLabel("Telephone").fill("+1 303 555 0170");
  await form.getByRole("button", { name: "Book" }).click();
  await expect(line("11:00 am").getByText("Nora Whitfield")).toBeVisible();
  await expect(line("11:00 am").getByText("1 of 4 free")).toBeVisible();

  await line("11:00 am").getByRole("button", { name: "Check in: Nora Whitfield" }).click();
  await expect(line("11:00 am").getByText("Here", { exact: true })).toBeVisible();

  await line("11:00 am").locator("summary").filter({ hasText: "Change" }).click();
  await line("11:00 am").getByLabel("Time").selectOption("11:30");
  await line("11:00 am").getByRole("button", { name: "Move" }).click();
  await expect(line("11:30 am").getByText("Nora Whitfield")).toBeVisible();
  await expect(line("11:00 am").getByText("free", { exact: true })).toBeVisible();
  await expectNoBarriers(staff);

  await line("11:30 am").locator("summary").filter({ hasText: "Change" }).click();
  await line("11:30 am").getByRole("button", { name: "Cancel the booking of Nora Whitfield" }).click();
  await expect(staff.getByText("Nora Whitfield")).toHaveCount(0);
});

test("a group is dragged to another time", async ({ staff }) => {
  await staff.goto(sheet(6));
  await hydrated(staff);
  const groups = staff.locator("#sheet [draggable=true]");
  const name = await groups.first().locator(".font-medium").innerText();
  const line = staff.locator("#sheet li").filter({ has: staff.getByText("11:20 am", { exact: true }) });
  await groups.first().dragTo(line);
  await expect(line.getByText(name)).toBeVisible();
});

test("a time is blocked with a reason, and put on sale again, without scripts", async ({ browser, staff }) => {
  const cookies = await staff.context().cookies();
  const plain = await browser.newContext({ javaScriptEnabled: false, baseURL: new URL(staff.url()).origin });
  await plain.addCookies(cookies);
  const page = await plain.newPage();
  await page.goto(sheet(5));
  const line = page.locator("#sheet li").filter({ has: page.getByText("11:40 am", { exact: true }) });
  await line.locator("summary").filter({ hasText: "Block" }).click();
  await line.getByLabel("Reason").fill("Aeration");
  await line.getByRole("button", { name: "Block" }).click();
  await expect(line.getByText("Aeration")).toBeVisible();
  await line.getByRole("button", { name: "Put 11:40 on sale again" }).click();
  await expect(line.getByText("Aeration")).toHaveCount(0);
  await plain.close();
});
