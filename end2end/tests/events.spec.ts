// Events as staff plan them, and tickets from the call to the money.
import type { Page } from "@playwright/test";

import { call, clinic, cookoff } from "../support/aida";
import { expect, expectNoBarriers, hydrated, test } from "../support/test";

const events = `/admin/${cookoff.slug}/events`;

test("an event is planned with its tickets and its chef, copied, deleted and brought back", async ({ staff }) => {
  await staff.goto(events);
  await hydrated(staff);
  await staff.getByRole("link", { name: "New event" }).click();
  await staff.getByLabel("Title").fill("Gumbo Night");
  await staff.getByLabel("What happens there").fill("Nine kitchens, nine gumbos.");
  await staff.getByLabel("Begins").fill("2031-05-03T18:00");
  await staff.getByLabel("Ends").fill("2031-05-03T22:00");
  await staff.getByRole("button", { name: "Create event" }).click();
  await expect(staff.getByRole("heading", { level: 1 })).toHaveText("Gumbo Night");

  await test.step("tickets are added, edited in place, and a deletion is taken back", async () => {
    await add(staff, "Add a kind of ticket", { Kind: "Table", "Price in advance": "48.50", "Price at the gate": "60", "How many there are": "40" });
    await expect(staff.getByText("$48.50")).toBeVisible();
    await expect(staff.getByText("0 sold · 40 left")).toBeVisible();
    await staff.locator("summary", { hasText: "Table" }).click();
    const form = staff.locator("details[open]");
    await form.getByLabel("Price in advance").fill("52");
    await form.getByRole("button", { name: "Save ticket" }).click();
    await expect(staff.getByText("$52.00")).toBeVisible();
    await staff.locator("summary", { hasText: "Table" }).click();
    await staff.getByRole("button", { name: "Delete Table" }).click();
    await expect(staff.getByText("No tickets yet: callers can hear of the event, but not buy.")).toBeVisible();
    await staff.getByRole("button", { name: "Undo" }).click();
    await expect(staff.getByText("$52.00")).toBeVisible();
  });
  await test.step("a sponsor, a chef and a winner", async () => {
    await add(staff, "Add a sponsor", { Name: "Bayou Bank", Package: "Gold" });
    await add(staff, "Add a chef", { Name: "Ana Ruiz", Restaurant: "Casa Ruiz", Dish: "Gumbo z'herbes" });
    await add(staff, "Add a winner", { "What the prize was for": "Golden Ladle", Chef: "Ana Ruiz" });
    await expect(staff.getByText("Casa Ruiz · Gumbo z'herbes")).toBeVisible();
    await expect(staff.getByText("1. Golden Ladle")).toBeVisible();
    await expectNoBarriers(staff);
  });
  const address = staff.url();
  await test.step("a copy is not told to callers", async () => {
    await staff.getByRole("button", { name: "Duplicate" }).click();
    await expect(staff.getByText("This is the copy, a week later.")).toBeVisible();
    await expect(staff.getByLabel("Callers are told of it")).not.toBeChecked();
    await expect(staff.getByLabel("Begins")).toHaveValue("2031-05-10T18:00");
  });
  await test.step("deleted, and back", async () => {
    await staff.goto(address);
    await hydrated(staff);
    await staff.getByRole("button", { name: "Delete", exact: true }).first().click();
    await staff.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(staff.getByRole("link", { name: "Gumbo Night" })).toHaveCount(1);
    await staff.getByRole("button", { name: "Undo" }).click();
    await expect(staff.getByRole("link", { name: "Gumbo Night" })).toHaveCount(2);
  });
});

test("tickets ordered on a call are seen at once, paid, partly given back, and confirmed again", async ({ staff, browser, complaints }) => {
  test.setTimeout(180_000);
  await staff.goto(`${events}/sales`);
  await hydrated(staff);
  const sold = staff.getByRole("row", { name: /2 VIP/ });
  const before = await sold.count();
  await call(cookoff.number, "--from", "+14155550166", "--text", "Two VIP tickets for the Chowder on the Bay, please.", "--text", "Yes, please.").over;
  await expect(sold, "the sale appears while the page is open").toHaveCount(before + 1);
  await expect(sold.first()).toContainText("Waits for payment");
  await expect(sold.first()).toContainText("+1 415 555 0166");
  await sold.first().getByRole("link").click();
  await expect(staff.getByText("The buyer has the link and has not paid yet.")).toBeVisible();

  await test.step("the buyer pays on the page that the text leads to", async () => {
    const outbox = await staff.context().newPage();
    await outbox.goto(`/admin/${cookoff.slug}/outbox?q=4155550166`);
    const text = await outbox.getByRole("main").innerText();
    const link = /http:\/\/\S+\/p\/[a-z0-9]+/.exec(text)![0];
    await outbox.close();
    const buyer = await browser.newPage();
    await expect(async () => {
      await buyer.goto(link);
      await buyer.getByRole("button", { name: "Pay", exact: true }).click({ timeout: 1_000 });
    }).toPass();
    await buyer.close();
  });
  await expect(staff.getByText("The payment arrived.")).toBeVisible({ timeout: 30_000 });
  await expect(staff.getByText("Paid", { exact: true })).toBeVisible();
  await expectNoBarriers(staff);
  await staff.screenshot({ path: "screenshots/sale-paid.png", fullPage: true });

  await test.step("some of the money goes back", async () => {
    await staff.getByLabel("How much").fill("400");
    await staff.getByRole("button", { name: "Give back" }).click();
    await expect(staff.getByRole("alert")).toContainText("Give back between 0.01 and $170.00.");
    expect(complaints.splice(0)).toEqual([expect.stringMatching(/422.*\/rpc\/refund_sale/)]);
    await staff.getByLabel("How much").fill("8.50");
    await staff.getByLabel("Why").fill("The mug was chipped");
    await staff.getByRole("button", { name: "Give back" }).click();
    await expect(staff.getByText(/\$8\.50 given back by Dana Demo: The mug was chipped/)).toBeVisible();
    await expect(staff.getByText("Partly refunded")).toBeVisible({ timeout: 30_000 });
  });
  await staff.getByRole("button", { name: "Send the confirmation again" }).click();
  await expect(staff.getByText("The confirmation is sent again.")).toBeVisible();

  await test.step("it is in the file, and found by its state", async () => {
    const file = await staff.request.get(`/api/events/sales.csv?org=${cookoff.slug}&state=partly_refunded`);
    expect(file.headers()["content-type"]).toContain("text/csv");
    expect(await file.text()).toMatch(/Chowder on the Bay,VIP,2,170\.00,8\.50,USD,Partly refunded,'\+14155550166/);
    await staff.goto(`${events}/sales`);
    await hydrated(staff);
    await staff.getByLabel("State").selectOption("Partly refunded");
    await staff.getByRole("button", { name: "Apply" }).click();
    await expect(staff).toHaveURL(/state=partly_refunded/);
    await expect(staff.getByRole("row", { name: /2 VIP/ }).first()).toContainText("$8.50 given back");
  });
});

test("two people who edit the same event do not overwrite each other", async ({ staff, context, complaints }) => {
  await staff.goto(events);
  const address = await staff.getByRole("link", { name: "East Bay Broth Battle" }).getAttribute("href");
  const colleague = await context.newPage();
  for (const page of [staff, colleague]) {
    await page.goto(address!);
    await hydrated(page);
  }
  await staff.getByLabel("What happens there").fill("Broth alone.");
  await staff.getByRole("button", { name: "Save", exact: true }).click();
  await expect(staff).toHaveURL(/saved=/);

  await colleague.getByLabel("What happens there").fill("Noodles, too.");
  await colleague.getByRole("button", { name: "Save", exact: true }).click();

  await expect(colleague.getByRole("alert")).toContainText("Somebody else was faster");
  await expect(colleague.getByLabel("What happens there")).toHaveValue("Noodles, too.");
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/409.*\/rpc\/save_event/)]);
});

test("venues and packages are edited where callers hear of them", async ({ staff }) => {
  await staff.goto(`${events}/venues`);
  await hydrated(staff);
  await add(staff, "Add a venue", { Name: "The Boathouse", City: "Sausalito", "How to get there": "Ferry, then left." });
  await expect(staff.getByText("Ferry, then left.").first()).toBeVisible();
  await expectNoBarriers(staff);

  await staff.getByRole("link", { name: "Sponsor packages" }).click();
  await add(staff, "Add a package", { Name: "Pewter", Price: "99.99", "How many can still be had": "77", "What the sponsor gets": "A spoon\nA bowl" });
  await expect(staff.getByText("$99.99")).toBeVisible();
  await expect(staff.getByText("77 left")).toBeVisible();
  await expect(staff.getByRole("heading", { name: "Who would like to sponsor" })).toBeVisible();
  await expectNoBarriers(staff);
});

test("where no events are held there are no such pages", async ({ staff }) => {
  await staff.goto(`/admin/${clinic.slug}/dashboard`);
  await hydrated(staff);
  await expect(staff.getByRole("link", { name: "Voice" }).first()).toBeVisible();
  await expect(staff.getByRole("link", { name: "Events" })).toHaveCount(0);
  for (const path of ["events", "events/new", "events/venues", "events/packages", "events/sales"]) {
    const answer = await staff.request.get(`/admin/${clinic.slug}/${path}`);
    expect(answer.status(), path).toBe(404);
  }
  expect((await staff.request.get(`/api/events/sales.csv?org=${clinic.slug}`)).status()).toBe(404);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("an event and its tickets are saved by plain forms", async ({ staff }) => {
    await staff.goto(`${events}/new`);
    await staff.getByLabel("Title").fill("Plain Soup");
    await staff.getByLabel("Begins").fill("2032-05-03T18:00");
    await staff.getByLabel("Ends").fill("2032-05-03T22:00");
    await staff.getByRole("button", { name: "Create event" }).click();
    await expect(staff.getByRole("heading", { level: 1 })).toHaveText("Plain Soup");

    await add(staff, "Add a kind of ticket", { Kind: "Bowl", "Price in advance": "8.50", "Price at the gate": "9", "How many there are": "5" });

    await expect(staff).toHaveURL(/events\/[0-9a-f-]{36}/);
    await expect(staff.getByText("$8.50")).toBeVisible();
    await expect(staff.getByText("0 sold · 5 left")).toBeVisible();
    await add(staff, "Add a chef", { Name: "Ana Ruiz" });

    await test.step("what is taken away comes back", async () => {
      for (const [name, told] of [["Bowl", "The tickets are deleted"], ["Ana Ruiz", "The chef is deleted"]]) {
        await staff.locator("summary", { hasText: name }).click();
        await staff.getByRole("button", { name: `Delete ${name}` }).click();
        await expect(staff.getByRole("status").filter({ hasText: told })).toBeVisible();
        await expect(staff.locator("summary", { hasText: name })).toHaveCount(0);
        await staff.getByRole("button", { name: "Undo" }).click();
        await expect(staff.locator("summary", { hasText: name })).toHaveCount(1);
        await expect(staff.getByRole("button", { name: "Undo" })).toHaveCount(0);
      }
    });
  });

  test("venues and packages that are taken away come back", async ({ staff }) => {
    for (const [page, what, fields] of [
      ["venues", "Add a venue", { Name: "Pier Nowhere", City: "Oakland" }],
      ["packages", "Add a package", { Name: "Tin", Price: "10", "What the sponsor gets": "A wave" }],
    ] as [string, string, Record<string, string>][]) {
      await staff.goto(`${events}/${page}`);
      await add(staff, what, fields);
      const record = staff.locator("summary", { hasText: fields.Name });
      await record.click();
      await staff.getByRole("button", { name: `Delete ${fields.Name}` }).click();
      await expect(record).toHaveCount(0);
      await staff.getByRole("button", { name: "Undo" }).click();
      await expect(record).toHaveCount(1);
    }
  });
});

/** Folds a form out, fills it and sends it. */
async function add(page: Page, what: string, fields: Record<string, string>): Promise<void> {
  await page.locator("summary", { hasText: what }).click();
  const form = page.locator("details[open]").filter({ hasText: what });
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label, { exact: true }).fill(value);
  await form.locator('button[type="submit"]').click();
}
