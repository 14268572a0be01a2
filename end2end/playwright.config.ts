import { defineConfig } from "@playwright/test";

// The runner chooses the port once; the workers, which read this file again, inherit it.
process.env.AIDA_PORT ??= String(20000 + Math.floor(Math.random() * 20000));

export default defineConfig({
  testDir: "tests",
  globalSetup: "./support/server.ts",
  workers: 1,
  // A busy machine may answer late once; what fails twice is broken.
  retries: process.env.CI ? 2 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: `http://127.0.0.1:${process.env.AIDA_PORT}`,
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    timezoneId: "America/Los_Angeles",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
      ],
    },
  },
});
