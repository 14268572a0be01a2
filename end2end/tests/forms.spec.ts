// What a form says when it is refused: at each field, with what was typed still in it, with scripts and without.
import type { Locator, Page } from "@playwright/test";

import { coffee, cookoff } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

const events = `/admin/${cookoff.slug}/events`;
const menu = `/admin/${coffee.slug}/menu`;
const hours = `/admin/${coffee.slug}/hours`;

/** The field is marked, and the message is what describes it. */
async function expectWrong(field: Locator, message: string | RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(message);
}

test("what is wrong is told at its field, and goes away once it is right", async ({ staff, complaints }) => {
  await staff.goto(`${events}/new`);
  await hydrated(staff);
  await staff.getByLabel("Title").fill("Backwards");
  await staff.getByLabel("What happens there").fill("It ends before it begins.");
  await staff.getByLabel("Begins").fill("2031-05-03T18:00");
  await staff.getByLabel("Ends").fill("2031-05-03T17:00");
  await staff.getByRole("button", { name: "Create event" }).click();
  await expectWrong(staff.getByLabel("Ends"), "The event must end after it begins.");
  await expect(staff.getByLabel("Begins")).not.toHaveAttribute("aria-invalid");
  await expect(staff.getByLabel("What happens there")).toHaveValue("It ends before it begins.");
  await expectNoBarriers(staff);
  await staff.screenshot({ path: "screenshots/field-problem.png", fullPage: true });

  await staff.getByLabel("Begins").fill("9999-05-03T18:00");
  await staff.getByRole("button", { name: "Create event" }).click();
  await expectWrong(staff.getByLabel("Begins"), /Check the year/);
  expect(complaints.splice(0)).toEqual(Array(2).fill(expect.stringMatching(/422.*\/rpc\/save_event/)));

  await staff.getByLabel("Begins").fill("2031-05-03T16:00");
  await staff.getByRole("button", { name: "Create event" }).click();
  await expect(staff.getByRole("heading", { level: 1 })).toHaveText("Backwards");
});

test("of several forms that are alike, the one that was sent tells", async ({ staff, complaints }) => {
  await staff.goto(`${events}/packages`);
  await hydrated(staff);
  await staff.locator("summary", { hasText: "Add a package" }).click();
  const form = staff.locator("details[open]");
  await form.getByLabel("Name").fill("Brass");
  await form.getByLabel("Price").fill("a lot");
  await form.getByLabel("What the sponsor gets").fill("A plate");
  await form.getByRole("button", { name: "Add a package" }).click();
  await expectWrong(form.getByLabel("Price"), /Write an amount from 0/);
  await expect(staff.locator("[aria-invalid]")).toHaveCount(1);
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/save_package/)]);
});

for (const scripts of [true, false]) {
  test.describe(scripts ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled: scripts });

    test("a moment that there is not is told where it was asked for", async ({ staff }) => {
      await staff.goto(`${hours}?date=2026-02-30&time=10:00`);
      await expectWrong(staff.getByLabel("Calling on"), "There is no such day. Choose another.");
      await staff.goto(`${hours}?date=2026-03-08&time=02:30`);
      await expectWrong(staff.getByLabel("At", { exact: true }), /The clocks go forward then/);
      await staff.goto(hours);
      if (scripts) await hydrated(staff);
      await staff.getByLabel("Calling on").fill("2026-03-08");
      await staff.getByLabel("At", { exact: true }).fill("02:30");
      await staff.getByRole("button", { name: "Show" }).click();
      await expectWrong(staff.getByLabel("At", { exact: true }), /The clocks go forward then/);
    });
  });
}

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a refused event comes back with all that was typed", async ({ staff }) => {
    await staff.goto(`${events}/new`);
    await staff.getByLabel("Title").fill("Backwards & \"quoted\" <b>");
    await staff.getByLabel("What happens there").fill("It ends\nbefore it </textarea> begins.");
    await staff.getByLabel("Begins").fill("2031-05-03T18:00");
    await staff.getByLabel("Ends").fill("2031-05-03T17:00");
    await staff.getByLabel("Callers are told of it").uncheck();
    await staff.getByLabel("Venue").selectOption({ index: 1 });
    const venue = await staff.getByLabel("Venue").inputValue();
    await staff.getByRole("button", { name: "Create event" }).click();

    await expectWrong(staff.getByLabel("Ends"), "The event must end after it begins.");
    await expect(staff.getByLabel("Title")).toHaveValue("Backwards & \"quoted\" <b>");
    await expect(staff.getByLabel("What happens there")).toHaveValue("It ends\nbefore it </textarea> begins.");
    await expect(staff.getByLabel("Ends")).toHaveValue("2031-05-03T17:00");
    await expect(staff.getByLabel("Callers are told of it")).not.toBeChecked();
    await expect(staff.getByLabel("Venue")).toHaveValue(venue);
    expect(decodeURIComponent(staff.url()), "nothing that was typed is in the address").not.toContain("Backwards");
    await expectWrong(staff.getByLabel("Ends"), "The event must end after it begins.");

    await staff.reload();
    await expect(staff.getByLabel("Title"), "it is shown once").toHaveValue("");
    await expect(staff.getByRole("alert")).toHaveCount(0);
  });

  test("a venue that somebody else changed meanwhile gives back what the second wrote", async ({ staff, context }) => {
    await staff.goto(`${events}/venues`);
    await staff.locator("summary", { hasText: "Add a venue" }).click();
    await fill(staff, { Name: "Two Writers Hall", City: "Oakland" });
    const colleague = await context.newPage();
    for (const page of [staff, colleague]) {
      await page.goto(`${events}/venues`);
      await page.locator("summary", { hasText: "Two Writers Hall" }).click();
    }
    await fill(staff, { "How to get there": "By ferry." });
    await fill(colleague, { "How to get there": "By train.", Name: "Two Writers Hall, upstairs" });

    await expect(colleague.getByRole("alert")).toContainText("Somebody else was faster");
    const open = colleague.locator("details[open]").filter({ hasText: "How to get there" });
    await expect(open, "only the form that was sent is open").toHaveCount(1);
    await expect(open.getByLabel("How to get there")).toHaveValue("By train.");
    await expect(open.getByLabel("Name")).toHaveValue("Two Writers Hall, upstairs");
    await fill(colleague, {});
    await expect(colleague.getByRole("alert"), "it does not overwrite by being sent again").toContainText("Somebody else was faster");
    await colleague.reload();
    await colleague.locator("summary", { hasText: "Two Writers Hall" }).click();
    await expect(colleague.locator("details[open]").getByLabel("How to get there")).toHaveValue("By ferry.");
  });

  test("what no form offers is refused at its field", async ({ staff, complaints }) => {
    await staff.goto(`${events}/new`);
    await sendAsAProgram(staff, { title: "Nowhere", starts: "soon", ends: "2031-05-03T17:00", venue: "nonsense" });
    await expectWrong(staff.getByLabel("Begins"), "Write the day and time at which it begins.");
    await expectWrong(staff.getByLabel("Venue"), "Choose one of the venues.");
    await expect(staff.getByLabel("Title")).toHaveValue("Nowhere");
    expect(complaints.splice(0), "the browser shows no such time").toEqual([expect.stringContaining('The specified value "soon"')]);

    await staff.goto(`${menu}/items/new`);
    await sendAsAProgram(staff, { name: "Homeless bun", category_id: "", "sizes[0][price]": "3" });
    await expectWrong(staff.getByLabel("Category"), "Choose one of the categories.");
    await expect(staff.getByLabel("Name", { exact: true })).toHaveValue("Homeless bun");
    await expect(staff.getByLabel("Size 1: price")).toHaveValue("3");
  });

  test("hours that overlap come back as they were typed, with the message", async ({ staff }) => {
    await staff.goto(hours);
    await staff.getByLabel("Tuesday, first: opens").fill("09:00");
    await staff.getByLabel("Tuesday, first: closes").fill("12:00");
    await staff.getByLabel("Tuesday, second: opens").fill("11:00");
    await staff.getByLabel("Tuesday, second: closes").fill("15:00");
    await staff.getByRole("button", { name: "Save the week" }).click();
    await expectWrong(staff.getByLabel("Tuesday, second: opens"), /This overlaps/);
    await expect(staff.getByLabel("Tuesday, second: closes")).toHaveValue("15:00");
  });
});

test.describe("on a telephone", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("the dock leads to the pages of the packs and cuts no name", async ({ staff }) => {
    for (const [slug, page] of [[cookoff.slug, "Events"], [coffee.slug, "Menu"]]) {
      await staff.goto(`/admin/${slug}/dashboard`);
      await hydrated(staff);
      const dock = staff.getByRole("navigation", { name: "Pages" });
      await expect(dock.getByRole("link", { name: page })).toBeVisible();
      const cut = await dock.getByRole("link").evaluateAll((links) =>
        links.filter((link) => link.scrollWidth > link.clientWidth || [...link.children].some((it) => it.scrollWidth > link.clientWidth)).map((link) => link.textContent),
      );
      expect(cut).toEqual([]);
    }
    await staff.locator("summary[aria-label=More]").click();
    for (const page of ["Knowledge", "Outbox", "Voice", "Hours"]) {
      await expect(staff.getByRole("banner").getByRole("link", { name: page })).toBeVisible();
    }
  });

  test("what became of a message and the way to send it again are in sight", async ({ staff }) => {
    await staff.goto(`/admin/${cookoff.slug}/outbox?state=failed`);
    const again = staff.getByRole("button", { name: /Send again to/ }).first();
    const box = (await again.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(360);
    await staff.screenshot({ path: "screenshots/outbox-phone.png" });
  });
});

/** Fills the form that is folded out, and sends it. */
async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  const form = page.locator("details[open]").filter({ has: page.locator("textarea[name=directions]") }).locator("form").first();
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label, { exact: true }).fill(value);
  await form.locator('button[type="submit"]').click();
}

/** Sends a page's form with values that its fields do not take, as a program would, and shows where that leads. */
async function sendAsAProgram(page: Page, values: Record<string, string>): Promise<void> {
  const form = page.locator("main form").filter({ has: page.locator("button[type=submit]") }).last();
  const action = (await form.getAttribute("action"))!;
  const hidden = await form.locator("input[type=hidden]").all();
  const known = await Promise.all(hidden.map(async (it) => [await it.getAttribute("name"), await it.inputValue()]));
  const answer = await page.request.post(action, {
    form: { ...Object.fromEntries(known), ...values },
    headers: { accept: "text/html", referer: page.url(), origin: new URL(page.url()).origin },
    maxRedirects: 0,
  });
  await page.goto(answer.headers().location);
}
