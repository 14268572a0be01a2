// `test` with a page that is signed in, and with every page watched: an error in the browser's console fails the test.
import { AxeBuilder } from "@axe-core/playwright";
import { type Page, test as base, expect } from "@playwright/test";

import { demoPassword, demoUser } from "./aida";

export { expect };

type World = {
  /** What the browser complained of; a test that expects a complaint removes it. */
  complaints: string[];
  /** A page of the demo organisations' owner. */
  staff: Page;
};

export const test = base.extend<World, { session: string }>({
  session: [
    async ({ browser }, use, worker) => {
      const state = worker.project.outputDir + "/session.json";
      const page = await browser.newPage({ baseURL: worker.project.use.baseURL });
      await signIn(page, demoPassword);
      await page.waitForURL(/\/admin\//);
      await page.context().storageState({ path: state });
      await page.close();
      await use(state);
    },
    { scope: "worker" },
  ],
  complaints: [
    async ({ context, javaScriptEnabled }, use) => {
      const complaints: string[] = [];
      watch(context, complaints);
      await use(complaints);
      // Without scripts nothing uses the program that the page names for them.
      if (!javaScriptEnabled) complaints.splice(0, Infinity, ...complaints.filter((it) => !it.includes("preloaded using link preload but not used")));
      expect(complaints, "the browser's console stays clean").toEqual([]);
    },
    { auto: true },
  ],
  staff: async ({ session, context, complaints }, use) => {
    void complaints;
    const { cookies } = JSON.parse(await (await import("node:fs/promises")).readFile(session, "utf8"));
    await context.addCookies(cookies);
    await use(await context.newPage());
  },
});

function watch(context: import("@playwright/test").BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => complaints.push(`${error.error()}`));
}

export async function signIn(page: Page, password: string, email = demoUser): Promise<void> {
  await page.goto("/login");
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.getByLabel(/password/i).fill(password);
  await page.getByRole("button", { name: /sign in/i }).click();
}

/** The browser has taken over what the server rendered. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/** No barrier that axe knows how to find. */
export async function expectNoBarriers(page: Page): Promise<void> {
  // Without `preload`, which copies style sheets into the page: the page's own policy forbids that.
  const axe = new AxeBuilder({ page }).options({ preload: false }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
  const { violations } = await axe.analyze();
  const found = violations.map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  expect(found, "axe finds nothing").toEqual([]);
}
