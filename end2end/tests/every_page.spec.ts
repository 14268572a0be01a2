// What holds for every page: it is readable without scripts, clean in the console, free of barriers, and fits a telephone's screen.
import type { Page } from "@playwright/test";

import { coffee, cookoff, demoPassword, golf } from "../support/aida";
import { expect, expectNoBarriers, hydrated, signIn, test } from "../support/test";

const admin = `/admin/${cookoff.slug}`;
const shop = `/admin/${coffee.slug}`;

/** A page's name, and how to get there: an address, or the first such link on another page. */
const pages: [name: string, from: string, link?: string][] = [
  ["dashboard", `${admin}/dashboard`],
  ["live", `${admin}/live`],
  ["calls", `${admin}/calls`],
  ["call", `${admin}/calls`, `a[href^="${admin}/calls/"]`],
  ["today", `${admin}/today`],
  ["knowledge-base", `${admin}/knowledge-base`],
  ["new-article", `${admin}/knowledge-base/new`],
  ["article", `${admin}/knowledge-base`, `a[href^="${admin}/knowledge-base/"]:not([href$="/new"])`],
  ["outbox", `${admin}/outbox`],
  ["events", `${admin}/events`],
  ["new-event", `${admin}/events/new`],
  ["event", `${admin}/events`, `main a[href^="${admin}/events/0"]`],
  ["venues", `${admin}/events/venues`],
  ["sponsor-packages", `${admin}/events/packages`],
  ["ticket-sales", `${admin}/events/sales`],
  ["voice", `${admin}/voice`],
  ["menu", `${shop}/menu`],
  ["menu-item", `${shop}/menu`, `a[href^="${shop}/menu/items/"]:not([href$="/new"])`],
  ["new-menu-item", `${shop}/menu/items/new`],
  ["menu-extras", `${shop}/menu/extras`],
  ["menu-plans", `${shop}/menu/plans`],
  ["menu-prices", `${shop}/menu/prices?by=percent&value=5&round=5`],
  ["hours", `${shop}/hours`],
  ["tee-sheet", `/admin/${golf.slug}/tee-sheet`],
];

async function open(page: Page, from: string, link?: string): Promise<void> {
  await page.goto(from);
  if (!link) return;
  const address = await page.locator(link).first().getAttribute("href");
  await page.goto(address!);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test.describe(`${colorScheme}, ${width} pixels wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      for (const [name, from, link] of pages) {
        test(name, async ({ staff }) => {
          await open(staff, from, link);
          await hydrated(staff);

          await expect(staff.getByRole("heading", { level: 1 })).toBeVisible();
          await staff.screenshot({ path: `screenshots/${name}-${colorScheme}-${width}.png`, fullPage: true });
          expect(await overhang(staff), "nothing hangs over at the side").toBeLessThanOrEqual(0);
          await expectNoBarriers(staff);
        });
      }

      test("sign-in", async ({ page }) => {
        await page.goto("/login");
        await hydrated(page);

        await page.screenshot({ path: `screenshots/sign-in-${colorScheme}-${width}.png` });
        expect(await overhang(page)).toBeLessThanOrEqual(0);
        await expectNoBarriers(page);
      });
    });
  }
}

test.describe("at 360 pixels, the narrowest", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("no page hangs over at the side", async ({ staff }) => {
    test.setTimeout(240_000); // All pages, one after the other.
    for (const [name, from, link] of pages) {
      await open(staff, from, link);
      await hydrated(staff);
      expect(await overhang(staff), name).toBeLessThanOrEqual(0);
    }
  });
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a person signs in", async ({ page }) => {
    await signIn(page, demoPassword);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  });

  for (const [name, from, link] of pages) {
    test(`${name} can be read`, async ({ staff }) => {
      await open(staff, from, link);

      await expect(staff.getByRole("heading", { level: 1 })).toBeVisible();
      const text = await staff.getByRole("main").innerText();
      expect(text.length).toBeGreaterThan(80);
    });
  }
});

/** How far the page reaches beyond the screen. */
async function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
