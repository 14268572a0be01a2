import { call, coffee } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

const hours = `/admin/${coffee.slug}/hours`;

test("a holiday that was just added is what callers hear, and comes back after a deletion", async ({ staff, complaints }) => {
  await staff.goto(hours);
  await hydrated(staff);
  await staff.getByText("Add a day").click();
  const form = staff.locator("#exceptions details[open]");
  await form.getByLabel("Day", { exact: true }).fill("2031-06-18");
  await form.getByLabel(/Name/).fill("Founders Day");
  await form.getByLabel("Open: opens").fill("09:00");
  await form.getByLabel("Open: closes").fill("12:00");
  await form.getByLabel("Open, 2: opens").fill("11:00");
  await form.getByLabel("Open, 2: closes").fill("15:00");
  await form.getByRole("button", { name: "Add the day" }).click();
  await expect(form.getByText("This overlaps 9:00 am – 12:00 pm.")).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/save_exception/)]);
  await form.getByLabel("Open, 2: opens").fill("13:00");
  await form.getByRole("button", { name: "Add the day" }).click();
  await expect(staff.getByText("9:00 am – 12:00 pm, 1:00 pm – 3:00 pm")).toBeVisible();

  await staff.getByLabel("Calling on").fill("2031-06-18");
  await staff.getByLabel("At", { exact: true }).fill("12:30");
  await staff.getByRole("button", { name: "Show" }).click();
  await expect(staff.getByText(/special hours for Founders Day: from nine .* We are closed now. We open again today at one/)).toBeVisible();
  await expectNoBarriers(staff);

  await staff.getByRole("button", { name: "Delete Founders Day" }).click();
  await expect(staff.getByRole("status").filter({ hasText: "The day is deleted" })).toBeVisible();
  await staff.getByRole("button", { name: "Undo" }).click();
  await expect(staff.getByText("Founders Day").first()).toBeVisible();
});

test("hours of the week are told on the next call; those that overlap are refused at their field", async ({ staff, complaints }) => {
  await staff.goto(hours);
  await hydrated(staff);
  const field = (name: string) => staff.getByLabel(name, { exact: true });
  await field("Sunday, first: opens").fill("09:10");
  await field("Sunday, first: closes").fill("12:20");
  await field("Sunday, second: opens").fill("12:00");
  await field("Sunday, second: closes").fill("16:40");
  await staff.getByRole("button", { name: "Save the week" }).click();
  await expect(staff.getByText("This overlaps 9:10 am – 12:20 pm.").last()).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/save_week/)]);

  await field("Sunday, second: opens").fill("13:30");
  await staff.getByRole("button", { name: "Save the week" }).click();
  await expect(staff.getByText("Saved. The next caller who asks hears it.").first()).toBeVisible();
  const said = await call(coffee.number, "--text", "What are your hours on Sundays?").over;
  expect(said).toMatch(/nine ten|ten past nine|nine-ten/i);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a day is added and heard", async ({ staff }) => {
    await staff.goto(hours);
    await staff.getByText("Add a day").click();
    const form = staff.locator("#exceptions details[open]");
    await form.getByLabel("Day", { exact: true }).fill("2031-07-21");
    await form.getByLabel(/Name/).fill("Stocktaking");
    await form.getByRole("button", { name: "Add the day" }).click();
    await expect(staff.getByRole("listitem").filter({ hasText: "Stocktaking" })).toContainText("closed");
    await staff.goto(`${hours}?date=2031-07-21&time=10:00`);
    await expect(staff.getByText(/Today we are closed for Stocktaking/)).toBeVisible();
    await staff.goto(`${hours}?date=2031-03-09&time=02:30`);
    await expect(staff.getByText("The clocks go forward then")).toBeVisible();
  });
});
